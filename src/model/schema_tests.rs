#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use super::*;

fn text(kind: Option<Kind>) -> String {
    let mut text = serde_json::to_string_pretty(&manifest_schema(kind)).unwrap();
    text.push('\n');
    text
}

/// Calls `visit` with every schema inside a schema.
fn each<'v>(value: &'v Value, visit: &mut dyn FnMut(&'v Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            visit(object);
            object.values().for_each(|inner| each(inner, visit));
        }
        Value::Array(items) => items.iter().for_each(|inner| each(inner, visit)),
        _ => {}
    }
}

#[test]
fn committed_schemas_are_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    let refresh = std::env::var_os("RELM_UPDATE").is_some();
    for kind in all() {
        let path = folder.join(file_name(kind));
        let fresh = text(kind);
        if refresh {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &fresh).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        assert!(
            committed == fresh,
            "schema/{} is out of date; refresh it with `RELM_UPDATE=1 cargo test --lib schema`",
            file_name(kind)
        );
    }
}

#[test]
fn schemas_are_schemas() {
    for kind in all() {
        let schema = manifest_schema(kind);
        jsonschema::meta::validate(&schema).unwrap();
        assert_eq!(schema["$schema"], DIALECT);
        jsonschema::validator_for(&schema).unwrap();
    }
}

#[test]
fn every_definition_is_used_and_every_reference_leads_somewhere() {
    for kind in all() {
        let schema = manifest_schema(kind);
        let definitions = schema["$defs"].as_object().unwrap();
        let mut used = std::collections::BTreeSet::new();
        each(&schema, &mut |object| {
            if let Some(Value::String(reference)) = object.get("$ref") {
                used.insert(reference.strip_prefix("#/$defs/").unwrap().to_owned());
            }
        });
        let known: std::collections::BTreeSet<String> = definitions.keys().cloned().collect();
        assert_eq!(used, known, "{kind:?}");
    }
}

#[test]
fn every_field_is_described_and_every_example_is_valid() {
    let schema = manifest_schema(None);
    let definitions = &schema["$defs"];
    let mut shown = 0;
    each(&schema, &mut |object| {
        if let (Some(Value::Object(properties)), Some(title)) = (object.get("properties"), object.get("title")) {
            for (name, field) in properties {
                assert!(field["description"].as_str().is_some_and(|text| text.len() > 3), "{title}: {name}");
            }
        }
        if let Some(Value::Array(examples)) = object.get("examples") {
            let mut alone = object.clone();
            alone.insert("$defs".to_owned(), definitions.clone());
            let validator = jsonschema::validator_for(&Value::Object(alone)).unwrap();
            for example in examples {
                shown += 1;
                assert!(validator.is_valid(example), "{example} is no example of {object:?}");
            }
        }
    });
    assert!(shown > EXAMPLES.len());
}

#[test]
fn every_example_stands_in_a_field() {
    let schema = manifest_schema(None);
    for (record, field, _) in EXAMPLES {
        // The root of a kind is titled by the kind.
        let title = if *record == "settings" { "portfolio" } else { record };
        let mut found = false;
        each(&schema, &mut |object| {
            found |= object.get("title").is_some_and(|own| own == title)
                && object["properties"][*field].get("examples").is_some();
        });
        assert!(found, "there is no {record}.{field}");
    }
}
