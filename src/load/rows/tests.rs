#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;

use super::*;

fn shown(rows: &Rows) -> Vec<String> {
    let cell = |cell: &Option<String>| cell.clone().unwrap_or_else(|| "-".to_owned());
    let row = |row: &Row| format!("{}: {}", row.number, row.cells.iter().map(cell).collect::<Vec<_>>().join("|"));
    std::iter::once(rows.columns.join("|")).chain(rows.rows.iter().map(row)).collect()
}

fn csv(text: &str) -> Vec<String> {
    shown(&read(text.as_bytes(), Form::Csv).unwrap())
}

fn problem(bytes: &[u8], form: Form) -> String {
    read(bytes, form).unwrap_err().to_string()
}

#[test]
fn values_keep_their_lines() {
    assert_eq!(csv("a,b\n1,\"x, \"\"y\"\"\nz\"\n\n2,\n"), ["a|b", "2: 1|x, \"y\"\nz", "5: 2|-"]);
    assert_eq!(csv("\u{feff}a,b\r\n1,2\r\n,\r\n"), ["a|b", "2: 1|2"]);
}

#[test]
fn separators_are_found_in_the_head() {
    assert_eq!(csv("a;b\n1,5;2\n"), ["a|b", "2: 1,5|2"]);
    assert_eq!(csv("a\tb\n1\t2\n"), ["a|b", "2: 1|2"]);
    assert_eq!(csv("\"a;x;y\",b\n1,2\n"), ["a;x;y|b", "2: 1|2"]);
    assert_eq!(csv("a\n1\n"), ["a", "2: 1"]);
}

#[test]
fn rows_of_other_lengths_are_faults() {
    let rows = read(b"a,b\n1\n1,2,3\n1,2,\n", Form::Csv).unwrap();
    assert_eq!(shown(&rows), ["a|b", "4: 1|2"]);
    let faults: Vec<_> = rows.faults.iter().map(|fault| (fault.number, fault.to_string())).collect();
    assert_eq!(
        faults,
        [
            (Some(2), "it has 1 value, the head has 2".to_owned()),
            (Some(3), "it has 3 values, the head has 2".to_owned())
        ]
    );
}

#[test]
fn quotes_that_are_wrong_are_faults_and_swallow_nothing() {
    let rows = read(b"a,b\n1,\"say \"hi\" now\"\n2,x\n3,\"y\" \n4,\"z", Form::Csv).unwrap();
    assert_eq!(shown(&rows), ["a|b", "3: 2|x", "4: 3|y"]);
    let faults: Vec<_> = rows.faults.iter().map(|fault| (fault.number, fault.to_string())).collect();
    assert_eq!(
        faults,
        [
            (Some(2), "text follows a closing quote".to_owned()),
            (Some(5), "a quote opens here and is never closed".to_owned())
        ]
    );
    let whole = |text: &str| {
        let error = read(text.as_bytes(), Form::Csv).unwrap_err();
        (error.number, error.to_string())
    };
    assert_eq!(whole("a,b\n1,\"x\n2,y\n3,z\n"), (Some(2), "a quote opens here and is never closed".to_owned()));
    let closes = "a quote opens here, and text follows where it closes in line 4";
    assert_eq!(whole("a,b\n1,\"x\n2,y\n3,\"z\"\n"), (Some(2), closes.to_owned()));
    assert_eq!(whole("a,\"b\n1,2\n").0, Some(1));
    assert_eq!(csv("a,b\n1,x\"y\"\n"), ["a|b", "2: 1|x\"y\""], "a quote within a text that has none around it");
}

#[test]
fn numbers_stay_as_they_are_written() {
    let rows = read(br#"[{"version": 1.10, "id": 12345678901234567890123, "n": 1e3, "z": -0.0}]"#, Form::Json);
    assert_eq!(shown(&rows.unwrap()), ["version|id|n|z", "1: 1.10|12345678901234567890123|1e3|-0.0"]);
}

#[test]
fn keys_that_come_to_one_name_are_a_fault() {
    let text = br#"[{"a": 1, "a": 2}, {"a.b": 1, "a": {"b": 2}}, {"a ": 1, "a": 2}, {"a": 3}]"#;
    let rows = read(text, Form::Json).unwrap();
    assert_eq!(shown(&rows), ["a", "4: 3"]);
    let faults: Vec<_> = rows.faults.iter().map(|fault| (fault.number, fault.to_string())).collect();
    let twice = |at, name: &str| (Some(at), format!("`{name}` stands in it twice, and nobody knows which counts"));
    assert_eq!(faults, [twice(1, "a"), twice(2, "a.b"), twice(3, "a")]);
}

#[test]
fn what_is_no_table_says_why() {
    assert_eq!(problem(b"", Form::Csv), "the file is empty");
    assert_eq!(problem("\u{feff}\n".as_bytes(), Form::Json), "the file is empty");
    assert_eq!(problem(b"a,b,a\n", Form::Csv), "the columns 1 and 3 are both called `a`");
    assert_eq!(problem(b"a,b\n\xe9,2\n", Form::Csv), "it is not UTF-8");
    assert_eq!(problem(b"\xff\xfea\0", Form::Csv), "the file is UTF-16");
    assert_eq!(problem(b"PK\x03\x04\0\0", Form::Csv), "the file is no text");
    assert_eq!(problem(b"{\"items\": []}", Form::Json), "the file holds one object, not a list");
    assert_eq!(problem(b"[1,", Form::Json), "the JSON cannot be read at column 3: EOF while parsing a value");
    assert_eq!(problem(b"[{}]", Form::Ndjson), "the file holds a list, not an object a line");
}

#[test]
fn objects_are_flattened_and_columns_found_as_they_come() {
    let rows = read(br#"[{"id": 7, "w": {"start": "x", "end": null}}, {"ok": true, "id": "a", "l": [1]}]"#, Form::Json);
    assert_eq!(shown(&rows.unwrap()), ["id|w.start|w.end|ok|l", "1: 7|x|-|-|-", "2: a|-|-|true|-"]);
    let rows = read(b"{\"id\": 1}\n\n{oops}\n[]\n{\"id\": 2}\n", Form::Ndjson).unwrap();
    assert_eq!(shown(&rows), ["id", "1: 1", "5: 2"]);
    assert_eq!(rows.faults.iter().map(|fault| fault.number).collect::<Vec<_>>(), [Some(3), Some(4)]);
}

#[test]
fn size_is_bounded() {
    let long = format!("a,b\n{},2\n", "x".repeat(MAX_CELL + 1));
    let rows = read(long.as_bytes(), Form::Csv).unwrap();
    assert_eq!(rows.faults[0].to_string(), "a text is longer than 64 KiB");
    assert_eq!(problem(&vec![b'x'; 1_000_000], Form::Csv), "the first line is no head of a table");
    assert_eq!(problem(&vec![b'x'; MAX_SIZE as usize + 1], Form::Csv), "the file is larger than 64 MiB");
    assert_eq!(problem(",".repeat(MAX_COLUMNS + 1).as_bytes(), Form::Csv), "there are more than 1000 columns");
    let deep = format!("[{}1{}]", "{\"a\":".repeat(20), "}".repeat(20));
    assert_eq!(read(deep.as_bytes(), Form::Json).unwrap().faults.len(), 1);
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for form in [Form::Csv, Form::Json, Form::Ndjson] {
            let _ = read(&bytes, form);
        }
    }

    #[test]
    fn every_row_has_a_cell_for_each_column(text in "[a-c,;\"\n\r\t{}\\[\\]:1 ]{0,80}") {
        for form in [Form::Csv, Form::Json, Form::Ndjson] {
            if let Ok(rows) = read(text.as_bytes(), form) {
                prop_assert!(rows.rows.iter().all(|row| row.cells.len() == rows.columns.len()));
            }
        }
    }
}
