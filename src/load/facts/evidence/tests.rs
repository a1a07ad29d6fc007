//! Reports as tools write them, broken ones, and files that lie where they should not.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;

use super::*;
use crate::git::testing::{TestRepo, write};
use crate::load::load;
use crate::load::source::MAX_FILE_SIZE;
use crate::model::facts::{Coverage, Results, TestRun};
use crate::model::release::ResultLevel;

const PYTEST: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests">
  <testsuite name="pytest" errors="0" failures="1" skipped="1" tests="4" time="90.5"
             timestamp="2026-11-16T10:00:00.250000+01:00" hostname="box">
    <testcase classname="tests.test_tide" name="test_high" time="0.01" />
    <testcase classname="tests.test_tide" name="test_low[&lt;0&gt;]" time="0.01">
      <failure message="assert 1 == 2">def test_low(): &gt; assert</failure>
    </testcase>
    <testcase classname="tests.test_tide" name="test_spring" time="0"><skipped type="pytest.skip" message="later" /></testcase>
    <testcase classname="tests.test_moon" name="test_new" time="0.2"><system-out><![CDATA[<failure/>]]></system-out></testcase>
  </testsuite>
</testsuites>"#;

const SUREFIRE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="surefire.xsd"
           name="org.quay.CraneTest" time="1,200.5" tests="4" errors="1" skipped="0" failures="0">
  <properties><property name="failure" value="x"/></properties>
  <testcase name="lifts" classname="org.quay.CraneTest" time="0.1"/>
  <testcase name="swings" classname="org.quay.CraneTest" time="0.1">
    <flakyFailure message="timeout" type="java.lang.AssertionError"><stackTrace>x</stackTrace></flakyFailure>
  </testcase>
  <testcase name="lowers" classname="org.quay.CraneTest" time="0.1">
    <error message="boom" type="java.io.IOException">trace</error>
    <rerunError message="boom again" type="java.io.IOException"/>
  </testcase>
  <testcase name="parks" classname="org.quay.CraneTest"><rerunFailure message="once"/></testcase>
</testsuite>"#;

const JEST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="jest tests" tests="2" failures="1" errors="0" time="2.1">
  <testsuite name="buoy" errors="0" failures="0" skipped="0" timestamp="2026-11-16T09:00:00" time="1.5" tests="1">
    <testcase classname="buoy floats" name="buoy floats" time="0.003"></testcase>
  </testsuite>
  <testsuite name="net" timestamp="2026-11-16T09:00:10" time="1" tests="1">
    <testcase classname="net holds" name="net holds"><failure>Error: torn</failure></testcase>
  </testsuite>
</testsuites>"#;

const GTEST: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1" disabled="1" errors="0" timestamp="2026-11-16T08:00:00.123" time="0.4" name="AllTests">
  <testsuite name="Keel" tests="3" failures="1" disabled="1" skipped="0" errors="0" time="0.4" timestamp="2026-11-16T08:00:00.123">
    <testcase name="Straight" file="keel.cc" line="5" status="run" result="completed" time="0" classname="Keel" />
    <testcase name="Bent" status="run" result="completed" classname="Keel"><failure message="x" type=""><![CDATA[y]]></failure></testcase>
    <testcase name="DISABLED_Lost" status="notrun" result="suppressed" classname="Keel" />
  </testsuite>
</testsuites>"#;

const GO: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2">
	<testsuite name="example.org/dock" tests="2" failures="0" errors="0" time="0.010" timestamp="2026-11-16T10:00:00Z">
		<properties><property name="go.version" value="go1.25"></property></properties>
		<testcase name="TestMoor" classname="example.org/dock" time="0.000"></testcase>
		<testcase name="TestMoor/at_night" classname="example.org/dock" time="0.000"><skipped message="dark"></skipped></testcase>
	</testsuite>
	<testsuite name="example.org/lock"><error message="build failed"/></testsuite>
</testsuites>"#;

fn junit(text: &str) -> Result<Parsed, Fault> {
    parse(text.as_bytes(), ReportKind::Junit, "")
}

fn tests(text: &str) -> (u32, Vec<String>, u32, String) {
    let Parsed { made_at, content } = junit(text).unwrap();
    let Content::Tests(TestRun { passed, failed, skipped }) = content else { panic!("{content:?}") };
    (passed, failed, skipped, made_at.map_or_else(String::new, |at| at.format("%F %T").to_string()))
}

fn of(passed: u32, failed: &[&str], skipped: u32, at: &str) -> (u32, Vec<String>, u32, String) {
    (passed, failed.iter().map(|name| (*name).to_owned()).collect(), skipped, at.to_owned())
}

fn fault(kind: ReportKind, text: &str) -> String {
    let Fault { message, line } = parse(text.as_bytes(), kind, "a").unwrap_err();
    line.map_or_else(|| message.clone(), |line| format!("{line}: {message}"))
}

#[test]
fn tests_are_counted_as_their_runners_mean_them() {
    assert_eq!(tests(PYTEST), of(2, &["tests.test_tide.test_low[<0>]"], 1, "2026-11-16 09:01:30"));
    assert_eq!(tests(SUREFIRE), of(3, &["org.quay.CraneTest.lowers"], 0, ""));
    assert_eq!(tests(JEST), of(1, &["net holds"], 0, "2026-11-16 09:00:11"));
    assert_eq!(tests(GTEST), of(1, &["Keel.Bent"], 1, "2026-11-16 08:00:00"));
    assert_eq!(tests(GO), of(1, &["example.org/lock"], 1, "2026-11-16 10:00:00"));
}

#[test]
fn line_ends_and_byte_order_marks_do_not_matter() {
    let text = format!("\u{feff}{}", PYTEST.replace('\n', "\r\n"));
    assert_eq!(tests(&text), tests(PYTEST));
}

#[test]
fn sums_of_suites_are_not_believed() {
    let text = r#"<testsuite tests="900" failures="0"><testcase name="a"><failure/></testcase></testsuite>"#;
    assert_eq!(tests(text), of(0, &["a"], 0, ""));
    let nested = "<testsuites><testsuite><testsuite><x><testcase name='a'><error/></testcase></x></testsuite></testsuite></testsuites>";
    assert_eq!(tests(nested), of(0, &["a"], 0, ""));
    let both =
        "<testsuite><testcase name='a'><skipped/><failure/></testcase><testcase status='Failed' name='b'/></testsuite>";
    assert_eq!(tests(both), of(0, &["a", "b"], 0, ""));
}

#[test]
fn what_is_no_junit_report_is_refused_with_its_line() {
    let junit = |text: &str| fault(ReportKind::Junit, text);
    assert_eq!(junit(""), "the file is empty");
    assert_eq!(junit("\n\n<testsuites/>"), "it holds no test");
    assert_eq!(junit("<html>\n</html>"), "1: it is no JUnit report: it begins with `html`");
    assert_eq!(junit("<?xml version='1.0'?>\n<assemblies/>"), "2: it is no JUnit report: it begins with `assemblies`");
    assert_eq!(junit("passed: 12"), "1: the XML is broken: there is text outside of its elements");
    assert!(junit("<testsuite>\n<testcase name='a'>\n</testsuite>").starts_with("3: the XML is broken: "));
    assert_eq!(junit("<testsuite>\n<testcase name='a'/>\n"), "3: the XML is broken: it ends before its elements do");
    assert!(junit("<testsuite>\n<testcase name='a' name='b'/></testsuite>").starts_with("2: the XML is broken: "));
    assert!(
        junit("<testsuite><testcase name='a'/></testsuite>\n<testsuite/>")
            .starts_with("2: the XML is broken: a second")
    );
    assert!(junit("<testsuite><testcase name='a'/></testsuite>x").starts_with("1: the XML is broken: there is text"));
    assert_eq!(
        junit("version https://git-lfs.github.com/spec/v1\n"),
        "1: the XML is broken: there is text outside of its elements"
    );
}

#[test]
fn encodings_are_utf_8_or_refused() {
    let case = |head: &str, name: &str| {
        format!("<?xml version=\"1.0\" encoding=\"{head}\"?><testsuite><testcase name=\"{name}\"/></testsuite>")
    };
    assert!(junit(&case("ISO-8859-1", "a")).is_ok() && junit(&case("utf8", "é")).is_ok());
    assert_eq!(
        fault(ReportKind::Junit, &case("ISO-8859-1", "é")),
        "1: its encoding is `ISO-8859-1`; export it as UTF-8"
    );
    assert!(fault(ReportKind::Junit, &case("UTF-16", "a")).contains("UTF-16"));
    let wide: Vec<u8> = "\u{feff}<testsuite/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(parse(&wide, ReportKind::Junit, "").unwrap_err().message.contains("UTF-16"));
    let latin = parse(b"<testsuite>\n<testcase name=\"\xe9\"/></testsuite>", ReportKind::Junit, "").unwrap_err();
    assert_eq!((latin.line, latin.message.as_str()), (Some(2), "it is not UTF-8; export it as UTF-8"));
}

#[test]
fn entities_neither_read_files_nor_grow() {
    let case = |definition: &str, name: &str| {
        format!(
            "<?xml version=\"1.0\"?>\n<!DOCTYPE testsuite{definition}>\n<testsuite><testcase name=\"{name}\"/></testsuite>"
        )
    };
    let refused = "it defines or uses entities of its own, which are not read";
    let outside = case(" [<!ENTITY x SYSTEM \"file:///etc/passwd\">]", "&x;");
    assert!(fault(ReportKind::Junit, &outside).ends_with(refused));
    let laughs = " [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;\">]";
    assert!(fault(ReportKind::Junit, &case(laughs, "&c;")).ends_with(refused));
    assert!(fault(ReportKind::Junit, &case(" [<!ENTITY % p SYSTEM \"http://x/y.dtd\"> %p;]", "a")).ends_with(refused));
    assert!(fault(ReportKind::Junit, &case("", "&x;")).contains("the XML is broken"));
    assert!(fault(ReportKind::Junit, "<testsuite><testcase name='a'/>&x;</testsuite>").ends_with(refused));
    // A document type that defines nothing is only a name.
    assert!(junit(&case(" SYSTEM \"http://example.org/junit.dtd\"", "a &amp; b &#233;")).is_ok());
}

#[test]
fn depth_and_attributes_have_an_end() {
    let deep = format!("{}<testcase name='a'/>{}", "<testsuite>".repeat(300), "</testsuite>".repeat(300));
    assert_eq!(fault(ReportKind::Junit, &deep), "1: more than 256 elements inside each other");
    let wide = (0..100_000).map(|n| format!(" a{n}='x'")).collect::<Vec<_>>().concat();
    let start = std::time::Instant::now();
    assert!(fault(ReportKind::Junit, &format!("<testsuite{wide}/>")).contains("256 attributes"));
    assert!(start.elapsed() < std::time::Duration::from_secs(2));
    let json = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(fault(ReportKind::Json, &json).contains("the JSON is broken"));
    // What no field names is passed over without being kept.
    assert_eq!(fault(ReportKind::Sarif, &format!("{{\"version\": \"2.1.0\", \"x\": {json}}}")), "it holds no run");
}

#[test]
fn large_reports_are_read_in_one_pass() {
    let case = |n| format!("<testcase classname='suite.of.tests' name='case {n}'/>\n");
    let cases = (0..40_000).map(case).collect::<Vec<_>>().concat();
    let start = std::time::Instant::now();
    assert_eq!(tests(&format!("<testsuite>{cases}</testsuite>")).0, 40_000);
    let line = |n| format!("<line number='{n}' hits='1'/>\n");
    let lines = (1..=40_000).map(line).collect::<Vec<_>>().concat();
    assert_eq!(coverage(&format!("<coverage><class filename='a'>{lines}</class></coverage>")).0, 40_000);
    assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
}

#[test]
fn times_are_read_as_tools_write_them() {
    let read = |text: &str| instant(text).map(|at| at.to_rfc3339());
    let ten = Some("2026-11-16T10:00:00+00:00".to_owned());
    for text in [
        "2026-11-16T10:00:00",
        "2026-11-16T10:00:00Z",
        "2026-11-16T12:00:00+02:00",
        "2026-11-16T12:00:00+0200",
        "2026-11-16 10:00:00",
    ] {
        assert_eq!(read(text), ten, "{text}");
    }
    assert_eq!(read("yesterday"), None);
}

const COBERTURA: &str = r#"<?xml version="1.0" ?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage line-rate="0.5" version="7.6" timestamp="1794823200000">
  <packages><package name="dock"><classes>
    <class name="crane" filename="dock/crane.py">
      <methods><method name="lift"><lines><line number="3" hits="1"/><line number="4" hits="0"/></lines></method></methods>
      <lines><line number="3" hits="1"/><line number="4" hits="0"/><line number="9" hits="2" branch="true"/></lines>
    </class>
    <class name="crane$1" filename="dock/crane.py"><lines><line number="4" hits="1"/></lines></class>
    <class name="hook" filename="dock/hook.py"><lines><line number="3" hits="0"/></lines></class>
  </classes></package></packages>
</coverage>"#;

fn coverage(text: &str) -> (u64, u64, Option<i64>) {
    let Parsed { made_at, content } = parse(text.as_bytes(), ReportKind::Coverage, "").unwrap();
    let Content::Coverage(Coverage { covered, lines }) = content else { panic!("{content:?}") };
    (covered, lines, made_at.map(|at| at.timestamp()))
}

#[test]
fn lines_count_once() {
    assert_eq!(coverage(COBERTURA), (3, 4, Some(1_794_823_200)));
    let sums = COBERTURA.replace("line-rate", "lines-covered=\"80\" lines-valid=\"100\" line-rate");
    assert_eq!(coverage(&sums.replace("1794823200000", "1794823200")), (80, 100, Some(1_794_823_200)));
    assert_eq!(coverage(&sums.replace("1794823200000", "0")).2, None);
    assert_eq!(coverage(&sums.replace("1794823200000", "2026-11-16T10:00:00Z")).2, Some(1_794_823_200));
}

#[test]
fn lcov_has_records() {
    let text = "TN:unit\nSF:src/a.c\nFN:1,main\nFNDA:2,main\nDA:1,2\nDA:2,0,abc\nLF:2\nLH:1\nend_of_record\n\
                TN:more\nSF:src/a.c\nDA:2,5\nend_of_record\nSF:src/b.c\nBRDA:1,0,0,-\nLF:10\nLH:4\nend_of_record\n";
    assert_eq!(coverage(text), (6, 12, None));
    assert_eq!(coverage(&text.replace('\n', "\r\n")), (6, 12, None));
}

#[test]
fn coverage_that_is_none_is_refused() {
    let coverage = |text: &str| fault(ReportKind::Coverage, text);
    assert_eq!(coverage("hello\n"), "1: it is neither Cobertura nor LCOV");
    assert_eq!(coverage("<report/>"), "1: it is neither Cobertura nor LCOV: it begins with `report`");
    assert_eq!(coverage("<coverage clover='4'/>"), "1: it is a Clover report; export it as Cobertura or LCOV");
    assert_eq!(coverage("<coverage line-rate='1'/>"), "it holds no line of code");
    assert_eq!(
        coverage("<coverage lines-covered='5' lines-valid='4'/>"),
        "1: 5 lines are covered of 4, which cannot be"
    );
    assert_eq!(coverage("<coverage lines-covered='x' lines-valid='4'/>"), "1: `x` is no number of lines");
    assert_eq!(coverage("TN:\nSF:a\nDA:1,1\n"), "3: it ends inside a record; it is not whole");
    assert_eq!(coverage("SF:a\nDA:one\nend_of_record\n"), "2: `one` is no line with its hits");
    assert_eq!(coverage("SF:a\nSF:b\n"), "2: a file begins before the one above it ends");
    assert_eq!(coverage("TN:\n"), "it holds no line of code");
}

const SARIF: &str = r#"{"version": "2.1.0", "runs": [{
  "tool": {"driver": {"name": "Lint", "rules": [
    {"id": "L1", "defaultConfiguration": {"level": "error"}}, {"id": "L2"}, {"id": "L3", "defaultConfiguration": {"level": "note"}}]},
    "extensions": [{"name": "More", "rules": [{"id": "X1", "defaultConfiguration": {"level": "error"}}]}]},
  "invocations": [{"executionSuccessful": true, "endTimeUtc": "2026-11-16T10:00:00.000Z"}],
  "results": [
    {"ruleId": "L1", "ruleIndex": 0, "message": {"text": "x"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/a.c"}, "region": {"startLine": 7}}}]},
    {"ruleId": "L1/part", "message": {"text": "x"}, "suppressions": [{"kind": "inSource"}]},
    {"ruleId": "L1/part", "message": {"text": "x"}, "suppressions": [{"kind": "external", "status": "underReview"}]},
    {"ruleId": "L2", "message": {"text": "x"}},
    {"ruleId": "L3", "message": {"text": "x"}},
    {"ruleId": "L1", "level": "none", "message": {"text": "x"}},
    {"ruleId": "L1", "kind": "pass", "message": {"text": "x"}},
    {"ruleId": "L1", "baselineState": "absent", "message": {"text": "x"}},
    {"rule": {"index": 0, "toolComponent": {"index": 0}}, "message": {"text": "x"}},
    {"ruleId": "L3", "level": "warning", "message": {"text": "x"}, "suppressions": []}]}]}"#;

#[test]
fn results_have_the_level_that_is_meant() {
    let Parsed { made_at, content } = parse(SARIF.as_bytes(), ReportKind::Sarif, "").unwrap();
    assert_eq!(made_at.map(|at| at.to_rfc3339()).unwrap(), "2026-11-16T10:00:00+00:00");
    let Content::Results(Results { errors, warnings, notes, first }) = content else { panic!("{content:?}") };
    assert_eq!((errors, warnings, notes), (3, 2, 1));
    assert_eq!(first[0], (ResultLevel::Error, "L1 in src/a.c:7".to_owned()));
    assert_eq!(first.len(), 6);
}

#[test]
fn analyses_that_show_nothing_are_refused() {
    let sarif = |text: &str| fault(ReportKind::Sarif, text);
    assert_eq!(sarif("{}"), "it is no SARIF report: it has no `version`");
    assert_eq!(sarif(r#"{"version": "1.0.0", "runs": []}"#), "it is SARIF `1.0.0`; 2.1.0 is read");
    assert_eq!(sarif(r#"{"version": "2.1.0", "runs": []}"#), "it holds no run");
    assert_eq!(
        sarif(r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Lint"}}}]}"#),
        "the run of `Lint` has no `results`: it did not finish"
    );
    assert_eq!(
        sarif(&SARIF.replace("Successful\": true", "Successful\": false")),
        "`Lint` says that it did not succeed"
    );
    assert_eq!(sarif(&SARIF.replace("\"level\": \"none\"", "\"level\": \"dire\"")), "`dire` is no level of SARIF");
    assert!(sarif("{\"version\": \"2.1.0\",\n").starts_with("2: the JSON is broken: "));
}

fn value(kind: ReportKind, text: &str, path: &str) -> Result<String, String> {
    match parse(text.as_bytes(), kind, path) {
        Ok(Parsed { content: Content::Value(value), .. }) => Ok(value),
        Ok(other) => panic!("{other:?}"),
        Err(fault) => Err(fault.message),
    }
}

#[test]
fn values_are_found_by_their_path() {
    let text = r#"{"totals": [{"open": 3, "a.b": "x"}], "ok": true, "none": null, "": {"m~n/o": 1.50}}"#;
    let json = |path: &str| value(ReportKind::Json, text, path);
    assert_eq!(json("totals.0.open").unwrap(), "3");
    assert_eq!(json("/totals/0/open").unwrap(), "3");
    assert_eq!(json("/totals/0/a.b").unwrap(), "x");
    assert_eq!(json("//m~0n~1o").unwrap(), "1.5");
    assert_eq!(json("ok").unwrap(), "true");
    assert_eq!(json("totals.00.open").unwrap_err(), "it has no `00` on the way to `totals.00.open`; the list has 1");
    assert_eq!(
        json("totals.0.shut").unwrap_err(),
        "it has no `shut` on the way to `totals.0.shut`; there are `open`, `a.b`"
    );
    assert_eq!(json("none").unwrap_err(), "`none` is null, not a single value");
    assert_eq!(json("totals").unwrap_err(), "`totals` is a list, not a single value");
}

#[test]
fn values_are_found_in_tables() {
    let text = "week,severity,open\n46,1,4\n46,2,9\n47,1,0\n47,2,\"7\"\n";
    let csv = |path: &str| value(ReportKind::Csv, text, path);
    assert_eq!(csv("open").unwrap(), "7");
    assert_eq!(csv("open[severity=1]").unwrap(), "0");
    assert_eq!(csv("open[severity=3]").unwrap_err(), "no row answers to `open[severity=3]`");
    assert_eq!(csv("shut").unwrap_err(), "it has no column `shut`; there are `week`, `severity`, `open`");
    assert_eq!(
        csv("open[severity]").unwrap_err(),
        "the path `open[severity]` is not understood; write `COLUMN` or `COLUMN[KEY=VALUE]`"
    );
    assert_eq!(
        value(ReportKind::Csv, &format!("\u{feff}{}", text.replace(',', ";").replace('\n', "\r\n")), "open").unwrap(),
        "7"
    );
    assert_eq!(value(ReportKind::Csv, "a,b\n", "a").unwrap_err(), "it has no row below its head");
    assert_eq!(fault(ReportKind::Csv, "a,b\n1,2\n3\n"), "3: a row has 1 fields, the head has 2");
}

const GATES: &str =
    "kind: release\nid: r\ntype: minor\ngates: [{id: g, criteria: [{id: c, check: {junit: \"PATTERN\"MORE}}]}]\n";
const PORTFOLIO: &str = "kind: portfolio\nstages: [prod]\n";
const ONE: &str = "<testsuite><testcase name='a'/></testsuite>";

/// What a pattern finds in a source: the paths, or the fault.
fn found(source: &Source) -> Result<Vec<Report>, Fault> {
    let loaded = load(source, &|_, _| {}).unwrap();
    let mut checks = checks(source, &loaded.portfolio);
    assert_eq!(checks.len(), 1, "{:?}", loaded.findings);
    checks.drain().next().unwrap().1
}

fn paths(found: Result<Vec<Report>, Fault>) -> Result<Vec<String>, String> {
    found.map(|reports| reports.into_iter().map(|report| report.file.path).collect()).map_err(|fault| fault.message)
}

fn release(pattern: &str, more: &str) -> String {
    GATES.replace("PATTERN", pattern).replace("MORE", more)
}

#[test]
fn patterns_find_the_same_in_a_work_tree_and_a_commit() {
    let mut repo = TestRepo::new();
    let files = [
        "evidence/a.xml",
        "evidence/uat/b.xml",
        "evidence/uat/c.txt",
        "evidence/.old/d.xml",
        "evidence/.e.xml",
        "f.xml",
    ];
    repo.write("relm.yaml", PORTFOLIO).write("r.yaml", "");
    for file in files {
        repo.write(file, ONE);
    }
    let cases: [(&str, &[&str]); 9] = [
        ("evidence/*.xml", &["evidence/a.xml"]),
        ("evidence/**/*.xml", &["evidence/a.xml", "evidence/uat/b.xml"]),
        ("**/*.xml", &["evidence/a.xml", "evidence/uat/b.xml", "f.xml"]),
        ("evidence/.old/*.xml", &["evidence/.old/d.xml"]),
        ("evidence/.*.xml", &["evidence/.e.xml"]),
        ("./evidence//uat/../a.xml", &["evidence/a.xml"]),
        ("evidence/{uat,sit}/[ab].xml", &["evidence/uat/b.xml"]),
        ("evidence/none.xml", &[]),
        ("nowhere/*.xml", &[]),
    ];
    for (pattern, expected) in cases {
        repo.write("r.yaml", &release(pattern, ""));
        let commit = repo.commit(&[&["relm.yaml", "r.yaml"][..], &files].concat());
        let expected: Vec<String> = expected.iter().map(|path| (*path).to_owned()).collect();
        assert_eq!(paths(found(&Source::work_tree(repo.path()).0)).as_ref(), Ok(&expected), "{pattern}");
        assert_eq!(paths(found(&Source::revision(&repo.path(), &commit).unwrap())), Ok(expected), "{pattern}");
    }
}

#[cfg(unix)]
#[test]
fn nothing_outside_the_root_is_read() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "secret.xml", ONE);
    let mut repo = TestRepo::new();
    repo.write("p/relm.yaml", PORTFOLIO).write("p/evidence/a.xml", ONE).write("beside.xml", ONE);
    let root = repo.path().join("p");
    symlink(outside.path().join("secret.xml"), root.join("out.xml")).unwrap();
    symlink("../beside.xml", root.join("up.xml")).unwrap();
    symlink(outside.path(), root.join("folder")).unwrap();
    symlink("evidence", root.join("inner")).unwrap();
    symlink("evidence/a.xml", root.join("in.xml")).unwrap();
    let all = [
        "p/relm.yaml",
        "p/r.yaml",
        "p/evidence/a.xml",
        "beside.xml",
        "p/out.xml",
        "p/up.xml",
        "p/folder",
        "p/inner",
        "p/in.xml",
    ];
    let leaves = |path: &str| Err(format!("`{path}` leaves the portfolio by a symbolic link"));
    let ok = |paths: &[&str]| Ok(paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>());
    let cases = [
        ("out.xml", leaves("out.xml")),
        ("up.xml", leaves("up.xml")),
        ("u*.xml", leaves("up.xml")),
        ("folder/*.xml", leaves("folder")),
        ("../beside.xml", Err("the path `../beside.xml` leaves the portfolio".to_owned())),
        ("evidence/../../*.xml", Err("the path `evidence/../../*.xml` leaves the portfolio".to_owned())),
        ("/etc/*.xml", Err("the path `/etc/*.xml` leaves the portfolio".to_owned())),
        ("evidence", Err("`evidence` cannot be read: it is a folder".to_owned())),
        ("i*.xml", ok(&["in.xml"])),
        ("inner/*.xml", ok(&["inner/a.xml"])),
        ("i*", ok(&["in.xml"])),
        (
            "evidence/[",
            Err("the pattern `evidence/[` cannot be read: unclosed character class; missing ']'".to_owned()),
        ),
    ];
    for (pattern, expected) in cases {
        repo.write("p/r.yaml", &release(pattern, ""));
        let commit = repo.commit(&all);
        assert_eq!(paths(found(&Source::work_tree(root.clone()).0)), expected, "{pattern}");
        assert_eq!(paths(found(&Source::revision(&root, &commit).unwrap())), expected, "{pattern} in a commit");
    }
}

#[test]
fn large_files_and_pointers_are_faults() {
    let mut repo = TestRepo::new();
    repo.write("relm.yaml", PORTFOLIO).write("r.yaml", &release("e/*.xml", "")).write("e/a.xml", "");
    let file = fs::File::create(repo.path().join("e/a.xml")).unwrap();
    file.set_len(MAX_FILE_SIZE + 1).unwrap();
    let fault = found(&Source::work_tree(repo.path()).0).unwrap_err();
    assert_eq!(fault.message, "`e/a.xml` cannot be read: the file is 17 MiB long; at most 16 MiB are read");
    let hash = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
    repo.write("e/a.xml", &format!("version https://git-lfs.github.com/spec/v1\noid sha256:{hash}\nsize 5\n"));
    let report = found(&Source::work_tree(repo.path()).0).unwrap().remove(0);
    assert_eq!(report.content.unwrap_err().message, "it is a pointer of Git LFS, and its content is not here");
}

#[test]
fn a_report_without_a_date_has_that_of_its_commit() {
    let mut repo = TestRepo::new();
    repo.write(".gitignore", "ignored.xml\n")
        .write("relm.yaml", PORTFOLIO)
        .write("r.yaml", &release("e/*.xml", ", max_age: 2ed"));
    repo.write("e/a.xml", ONE).write("e/b.xml", ONE);
    let first = repo.commit(&[".gitignore", "relm.yaml", "r.yaml", "e/a.xml", "e/b.xml"]);
    repo.write("e/b.xml", &format!("{ONE}\n---\n"));
    repo.commit(&["e/b.xml"]);
    repo.write("e/c.xml", "<testsuite timestamp='2026-01-02T03:04:05'><testcase name='a'/></testsuite>");
    repo.write("e/ignored.xml", ONE);
    let dates = |source: &Source| -> Vec<(String, Option<i64>)> {
        let reports = found(source).unwrap();
        reports
            .into_iter()
            .map(|report| (report.file.path, report.file.committed_at.map(|at| at.timestamp() - 1_767_225_600)))
            .collect()
    };
    let named = |dates: &[(&str, Option<i64>)]| -> Vec<(String, Option<i64>)> {
        dates.iter().map(|(path, at)| ((*path).to_owned(), *at)).collect()
    };
    let here = Source::work_tree(repo.path()).0;
    let expected = [("e/a.xml", Some(3600)), ("e/b.xml", Some(7200)), ("e/c.xml", None), ("e/ignored.xml", None)];
    assert_eq!(dates(&here), named(&expected));
    repo.write("e/a.xml", &format!("{ONE} "));
    assert_eq!(dates(&Source::work_tree(repo.path()).0)[0].1, None);
    let then = Source::revision(&repo.path(), &first).unwrap();
    assert_eq!(dates(&then), named(&[("e/a.xml", Some(3600)), ("e/b.xml", Some(3600))]));
    // Nobody asks how old they are.
    repo.write("r.yaml", &release("e/*.xml", ""));
    assert!(dates(&Source::work_tree(repo.path()).0).iter().all(|(_, at)| at.is_none()));
}

#[test]
fn documents_and_artifacts_are_hashed() {
    let mut repo = TestRepo::new();
    let text = "kind: release\nid: r\ntype: minor\nscope: [{project: p, artifacts: [{uri: dml/a.bin}, {uri: https://x.example/b}, {uri: gone.bin}, {uri: ../c}]}]\n\
                gates: [{id: g, criteria: [{id: c, evidence: notes.md}, {id: d, evidence: none.md}, {id: e, evidence: https://x.example/}]}]\n";
    repo.write("relm.yaml", PORTFOLIO).write("r.yaml", text).write("dml/a.bin", "abc").write("notes.md", "");
    let commit = repo.commit(&["relm.yaml", "r.yaml", "dml/a.bin", "notes.md"]);
    for source in [Source::work_tree(repo.path()).0, Source::revision(&repo.path(), &commit).unwrap()] {
        let loaded = load(&source, &|_, _| {}).unwrap();
        let documents = documents(&source, &loaded.portfolio);
        assert_eq!(
            (documents.len(), &documents["none.md"], documents["notes.md"].as_ref().unwrap().bytes),
            (2, &None, 0)
        );
        let artifacts = super::super::artifacts::artifacts(&source, &loaded.portfolio);
        assert_eq!((artifacts.len(), &artifacts["gone.bin"]), (2, &None));
        assert!(artifacts["dml/a.bin"].as_ref().unwrap().sha256.starts_with("ba7816bf"));
    }
}
