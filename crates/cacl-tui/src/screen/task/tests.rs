use rstest::rstest;

use super::*;

fn outlet(terminal: bool, variables: &'static [(&str, &str)], folder: PathBuf) -> Outlet<Vec<u8>> {
    let variable =
        |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    Outlet::new(Vec::new(), Facts::of(terminal, variable), folder)
}

fn copied(variables: &'static [(&str, &str)], text: &str) -> (String, String) {
    let mut outlet = outlet(true, variables, PathBuf::new());
    let words = outlet.carry_out(Task::Copy { what: "x".into(), text: text.into() }).expect("memory takes anything");
    (words, String::from_utf8(outlet.out).expect("text"))
}

const TMUX: &[(&str, &str)] = &[("TMUX", "/tmp/tmux-0/default,1,0")];
const SCREEN: &[(&str, &str)] = &[("STY", "1.pts-0.host")];

#[test]
fn a_copy_is_one_sequence() {
    assert_eq!(copied(&[], "hello"), ("copied x, 5 bytes".into(), "\x1b]52;c;aGVsbG8=\x07".into()));
}

#[test]
fn tmux_is_told_itself_and_to_hand_it_on() {
    let expected = "\x1b]52;c;aGVsbG8=\x07\x1bPtmux;\x1b\x1b]52;c;aGVsbG8=\x07\x1b\\";
    assert_eq!(copied(TMUX, "hello").1, expected);
}

#[test]
fn screen_gets_it_in_short_pieces() {
    assert_eq!(copied(SCREEN, "hello").1, "\x1bP\x1b]52;c;aGVsbG8=\x07\x1b\\");
    let long = copied(SCREEN, &"x".repeat(3000)).1;
    let pieces: Vec<&str> = long.split_terminator("\x1b\\").collect();
    assert!(pieces.len() > 5 && pieces.iter().all(|piece| piece.starts_with("\x1bP") && piece.len() < 768));
    let whole = pieces.concat().replace("\x1bP", "");
    assert_eq!(whole, copied(&[], &"x".repeat(3000)).1);
}

#[rstest]
#[case::escape("a\x1b]52;c;evil\x07b", r"a\u{1b}]52;c;evil\u{7}b")]
#[case::lines_stay("one\ntwo\r", "one\ntwo\\u{d}")]
#[case::bidi("a\u{202e}b", "a\\u{202e}b")]
fn what_is_copied_is_harmless(#[case] text: &str, #[case] expected: &str) {
    let (_, sequence) = copied(&[], text);
    let encoded = sequence.strip_prefix("\x1b]52;c;").and_then(|rest| rest.strip_suffix('\x07')).expect("a sequence");
    let decoded = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, encoded).expect("Base64");
    assert_eq!(String::from_utf8(decoded).expect("text"), expected);
}

#[test]
fn a_large_copy_says_that_it_may_not_arrive() {
    let (words, _) = copied(&[], &"x".repeat(74_994));
    assert_eq!(words, "copied x, 74 KB");
    let (words, sequence) = copied(&[], &"x".repeat(123_456));
    assert_eq!(words, "copied x, 123 KB; some terminals take no more than 74 KB: e writes a file");
    assert!(sequence.len() > 123_456, "it is tried nonetheless");
}

#[test]
fn nothing_is_sent_to_what_is_no_terminal() {
    let mut outlet = outlet(false, &[], PathBuf::new());
    let refused = outlet.carry_out(Task::Copy { what: "x".into(), text: "y".into() });
    assert_eq!(refused, Err("cannot copy: stdout is no terminal".into()));
    assert_eq!(outlet.carry_out(Task::Ring { words: "x".into() }), Ok(String::new()));
    assert_eq!(outlet.out, b"");
}

#[rstest]
#[case::most(&[], "\x07\x1b]9;cacl-tui: a\\u{1b}b, c\x07")]
#[case::vte(&[("VTE_VERSION", "7600")], "\x07\x1b]777;notify;cacl-tui;a\\u{1b}b, c\x07")]
#[case::rxvt(&[("TERM", "rxvt-unicode-256color")], "\x07\x1b]777;notify;cacl-tui;a\\u{1b}b, c\x07")]
#[case::tmux(TMUX, "\x07\x1bPtmux;\x1b\x1b]9;cacl-tui: a\\u{1b}b, c\x07\x1b\\")]
#[case::screen(SCREEN, "\x07\x1bP\x1b]9;cacl-tui: a\\u{1b}b, c\x07\x1b\\")]
fn rings_and_notifies_once(#[case] variables: &'static [(&str, &str)], #[case] expected: &str) {
    let mut outlet = outlet(true, variables, PathBuf::new());
    assert_eq!(outlet.carry_out(Task::Ring { words: "a\x1bb; c".into() }), Ok(String::new()));
    assert_eq!(String::from_utf8(outlet.out).expect("text"), expected);
}

#[test]
fn a_notification_is_short() {
    let mut outlet = outlet(true, &[], PathBuf::new());
    outlet.carry_out(Task::Ring { words: "x".repeat(10_000) }).expect("memory takes anything");
    assert!(outlet.out.len() < 200);
}

fn export(outlet: &mut Outlet<Vec<u8>>, steps: impl IntoIterator<Item = Step>) -> Vec<Result<String, String>> {
    steps.into_iter().map(|step| outlet.carry_out(Task::Export(step))).collect()
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect()
}

#[test]
fn a_file_has_its_name_only_when_it_is_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut outlet = outlet(true, &[], folder.path().to_owned());
    export(&mut outlet, [Step::Begin("x.csv".into()), Step::Write("one ".into())]);
    assert!(!folder.path().join("x.csv").exists());
    let told = export(&mut outlet, [Step::Write("two".into()), Step::Finish("2 changes".into())]);
    let path = folder.path().join("x.csv");
    assert_eq!(told[1], Ok(format!("wrote 2 changes to {}, 7 bytes", path.display())));
    assert_eq!(std::fs::read_to_string(&path).expect("readable"), "one two");
    assert_eq!(names(folder.path()), ["x.csv"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().expect("there").permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn nothing_is_overwritten_and_nothing_is_left_half() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = folder.path().join("taken");
    std::fs::write(&taken, "mine").expect("written");
    let mut outlet = outlet(true, &[], folder.path().to_owned());
    let told = export(&mut outlet, [Step::Begin("taken".into())]);
    assert_eq!(told[0], Err(format!("{} is there already: choose another name", taken.display())));
    let told = export(&mut outlet, [Step::Begin("new".into()), Step::Write("half".into()), Step::Cancel]);
    assert_eq!(told[2], Ok("nothing was written".into()));
    assert_eq!(names(folder.path()), ["taken"]);
    // Somebody was quicker.
    export(&mut outlet, [Step::Begin("new".into()), Step::Write("late".into())]);
    std::fs::write(folder.path().join("new"), "first").expect("written");
    assert!(export(&mut outlet, [Step::Finish("x".into())])[0].is_err());
    assert_eq!(std::fs::read_to_string(folder.path().join("new")).expect("readable"), "first");
    assert_eq!(names(folder.path()).len(), 2);
    export(&mut outlet, [Step::Begin("never".into())]);
    drop(outlet);
    assert_eq!(names(folder.path()).len(), 2, "leaving the program leaves nothing");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut outlet = outlet(true, &[], folder.path().to_owned());
    let told = export(&mut outlet, [Step::Begin("nowhere/x.csv".into())]);
    let Err(words) = &told[0] else { panic!("{told:?}") };
    assert!(words.contains("nowhere: ") && words.ends_with("choose a folder that is there"), "{words}");
    assert_eq!(words.matches("nowhere").count(), 1, "{words}");
}
