use std::io::{Cursor, Read as _};

use super::*;
use crate::Reason;

/// A minimal ELF file: header, perhaps an interpreter segment, perhaps the versions it needs.
struct Elf {
    class: u8,
    data: u8,
    abi: u8,
    kind: u16,
    machine: u16,
    entry: u64,
    interpreter: Option<&'static str>,
    versions: &'static [&'static str],
}

const X86_64: Elf =
    Elf { class: 2, data: 1, abi: 0, kind: 3, machine: 62, entry: 0x1000, interpreter: None, versions: &[] };

impl Elf {
    /// Layout: file header (64) · one program header (56) · interpreter · strings · verneed · section headers (3 × 64).
    fn bytes(&self) -> Vec<u8> {
        let interpreter = self.interpreter.map(|path| [path.as_bytes(), b"\0"].concat()).unwrap_or_default();
        let mut strings = b"\0libc.so.6\0".to_vec();
        let mut needed = Vec::new();
        for (index, version) in self.versions.iter().enumerate() {
            let name = u32::try_from(strings.len()).expect("short");
            strings.extend_from_slice(version.as_bytes());
            strings.push(0);
            let next = if index + 1 < self.versions.len() { 16u32 } else { 0 };
            let number = u16::try_from(index + 2).expect("few");
            needed.extend([0u32.to_le_bytes(), [0, 0, number.to_le_bytes()[0], number.to_le_bytes()[1]]].concat());
            needed.extend([name.to_le_bytes(), next.to_le_bytes()].concat());
        }
        let count = u16::try_from(self.versions.len()).expect("few");
        let mut verneed = [1u16.to_le_bytes(), count.to_le_bytes()].concat();
        verneed.extend([1u32.to_le_bytes(), 16u32.to_le_bytes(), 0u32.to_le_bytes()].concat());
        verneed.extend(needed);

        let interpreter_at = 64 + 56;
        let strings_at = interpreter_at + interpreter.len();
        let verneed_at = strings_at + strings.len();
        let sections_at = verneed_at + verneed.len();
        let word = |value: usize| u64::try_from(value).expect("small").to_le_bytes();

        let mut file = vec![0x7f, b'E', b'L', b'F', self.class, self.data, 1, self.abi, 0, 0, 0, 0, 0, 0, 0, 0];
        file.extend([self.kind.to_le_bytes(), self.machine.to_le_bytes()].concat());
        file.extend(1u32.to_le_bytes());
        file.extend(
            [self.entry.to_le_bytes(), word(64), word(if self.versions.is_empty() { 0 } else { sections_at })].concat(),
        );
        file.extend(0u32.to_le_bytes());
        let sections: u16 = if self.versions.is_empty() { 0 } else { 3 };
        for half in [64u16, 56, 1, 64, sections, sections.min(1)] {
            file.extend(half.to_le_bytes());
        }
        // PT_INTERP, or PT_NULL if statically linked.
        file.extend([u32::from(!interpreter.is_empty()) * 3, 4].map(u32::to_le_bytes).concat());
        for value in [interpreter_at, 0, 0, interpreter.len(), interpreter.len(), 1] {
            file.extend(word(value));
        }
        file.extend(interpreter);
        file.extend(&strings);
        file.extend(&verneed);
        if sections > 0 {
            file.extend([0; 64]);
            let info = 1u32;
            for (kind, at, size, link, info) in
                [(3u32, strings_at, strings.len(), 0u32, 0u32), (0x6fff_fffe, verneed_at, verneed.len(), 1, info)]
            {
                file.extend([0u32, kind].map(u32::to_le_bytes).concat());
                file.extend([word(0), word(0), word(at), word(size)].concat());
                file.extend([link, info].map(u32::to_le_bytes).concat());
                file.extend([word(1), word(0)].concat());
            }
        }
        file
    }
}

#[test]
fn fit_executables_are_taken() {
    let check = |elf: Elf, architecture: Architecture| {
        let artifact = Artifact::from_elf(&elf.bytes()).expect("fit");
        assert_eq!((artifact.architecture, artifact.stand_in), (architecture, false));
    };
    check(X86_64, Architecture::X86_64);
    check(Elf { kind: 2, abi: 3, ..X86_64 }, Architecture::X86_64);
    check(Elf { machine: 183, ..X86_64 }, Architecture::Arm64);
    let linker = Some("/lib64/ld-linux-x86-64.so.2");
    check(
        Elf { interpreter: linker, versions: &["GLIBC_2.2.5", "GLIBC_2.34", "GCC_3.0"], ..X86_64 },
        Architecture::X86_64,
    );
}

#[test]
fn unfit_files_are_refused_with_the_reason_and_the_command() {
    let check = |bytes: &[u8], why: &str| {
        let error = Artifact::from_elf(bytes).expect_err(why);
        assert_eq!(error.reason, Reason::Artifact);
        assert!(error.why.as_deref().is_some_and(|text| text.contains(why)), "{why}: {:?}", error.why);
        assert!(error.help.is_some_and(|help| help.contains("cargo build --profile subscriber -p cacl-subscriber")));
    };
    check(b"", "empty");
    check(b"#!/bin/sh\necho hi\n", "a script");
    check(&[0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1], "a macOS executable");
    check(b"MZ\x90\0", "a Windows executable");
    check(b"PK\x03\x04", "a zip file");
    check(b"hello", "no Linux executable");
    check(&Elf { class: 1, ..X86_64 }.bytes(), "32-bit");
    check(&Elf { data: 2, kind: 0x300, ..X86_64 }.bytes(), "big-endian");
    check(&Elf { abi: 9, ..X86_64 }.bytes(), "another system");
    check(&Elf { kind: 1, ..X86_64 }.bytes(), "no executable");
    check(&Elf { entry: 0, ..X86_64 }.bytes(), "no executable");
    check(&Elf { machine: 243, ..X86_64 }.bytes(), "arm64 and x86-64 only");
    check(&Elf { interpreter: Some("/lib/ld-musl-x86_64.so.1"), ..X86_64 }.bytes(), "ld-musl-x86_64");
    check(&Elf { versions: &["GLIBC_2.4", "GLIBC_2.38"], ..X86_64 }.bytes(), "glibc 2.38, and Lambda has 2.34");
    let mut cut = Elf { versions: &["GLIBC_2.4"], ..X86_64 }.bytes();
    cut.truncate(cut.len() - 70);
    check(&cut, "broken");
}

#[test]
fn the_zip_depends_on_the_executable_alone() {
    let executable = X86_64.bytes();
    let (one, two) = (Artifact::from_elf(&executable).expect("fit"), Artifact::from_elf(&executable).expect("fit"));
    assert_eq!(one, two);
    assert_eq!(one.key(), format!("subscriber/{}.zip", one.sha256));
    assert_eq!(one.sha256.len(), 64);
    let other = Artifact::from_elf(&Elf { machine: 183, ..X86_64 }.bytes()).expect("fit");
    assert_ne!(one.sha256, other.sha256);

    let mut zip = zip::ZipArchive::new(Cursor::new(one.zip)).expect("a zip");
    assert_eq!(zip.len(), 1);
    let mut file = zip.by_name("bootstrap").expect("bootstrap");
    assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o755));
    assert_eq!(file.last_modified(), Some(zip::DateTime::DEFAULT));
    let mut content = Vec::new();
    file.read_to_end(&mut content).expect("readable");
    assert_eq!(content, executable);
}

#[test]
fn the_stand_in_says_what_it_is() {
    let artifact = Artifact::stand_in();
    assert!(artifact.stand_in);
    assert_eq!(artifact, Artifact::stand_in());
    let mut zip = zip::ZipArchive::new(Cursor::new(artifact.zip)).expect("a zip");
    let mut script = String::new();
    zip.by_name("bootstrap").expect("bootstrap").read_to_string(&mut script).expect("text");
    assert!(script.starts_with("#!/bin/sh\n") && script.ends_with("exit 1\n"), "{script}");
}
