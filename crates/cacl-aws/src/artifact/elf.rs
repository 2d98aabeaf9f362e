//! Whether an executable runs on Lambda: read from its headers, without running it.

use object::{
    Endianness,
    elf::{self, FileHeader64},
    read::elf::{FileHeader as _, ProgramHeader as _},
};

use super::{Architecture, NEWEST_GLIBC};
use crate::{Error, Reason};

/// How to build an executable that runs on Lambda on any machine: statically linked, by Rust's own linker.
const BUILD: &str = "rustup target add aarch64-unknown-linux-musl && RUSTFLAGS=-Clinker=rust-lld \
                     cargo build --profile subscriber -p cacl-subscriber --target aarch64-unknown-linux-musl";

type Header = FileHeader64<Endianness>;

/// The architecture of a fit executable, or what is wrong with it.
pub(super) fn check(executable: &[u8]) -> Result<Architecture, Error> {
    let header = Header::parse(executable).map_err(|_| unfit(&kind(executable)))?;
    let endian = match header.endian() {
        Ok(Endianness::Little) => Endianness::Little,
        _ => return Err(unfit("it is big-endian")),
    };
    let ident = header.e_ident();
    if !matches!(ident.os_abi, elf::ELFOSABI_NONE | elf::ELFOSABI_GNU) {
        return Err(unfit("it is for another system than Linux"));
    }
    if !matches!(header.e_type(endian), elf::ET_EXEC | elf::ET_DYN) || header.e_entry(endian) == 0 {
        return Err(unfit("it is an ELF file, but no executable"));
    }
    let architecture = match header.e_machine(endian) {
        elf::EM_X86_64 => Architecture::X86_64,
        elf::EM_AARCH64 => Architecture::Arm64,
        _ => return Err(unfit("Lambda runs arm64 and x86-64 only")),
    };
    let broken = |error: object::read::Error| unfit(&format!("its headers are broken ({error})"));
    interpreter(header, endian, executable).map_err(broken)?.map_or(Ok(()), known_interpreter)?;
    match newest_glibc(header, endian, executable).map_err(broken)? {
        Some(version) if version > NEWEST_GLIBC => Err(unfit(&format!(
            "it needs glibc {}.{}, and Lambda has {}.{}",
            version.0, version.1, NEWEST_GLIBC.0, NEWEST_GLIBC.1
        ))),
        _ => Ok(architecture),
    }
}

/// The dynamic linker asked for; `None` if statically linked.
fn interpreter<'data>(
    header: &Header,
    endian: Endianness,
    data: &'data [u8],
) -> object::read::Result<Option<&'data [u8]>> {
    for segment in header.program_headers(endian, data)? {
        if let Some(path) = segment.interpreter(endian, data)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// Lambda's image has glibc's dynamic linker and no other.
fn known_interpreter(path: &[u8]) -> Result<(), Error> {
    let path = String::from_utf8_lossy(path);
    if path.contains("/ld-linux-") {
        Ok(())
    } else {
        Err(unfit(&format!("it wants {}, which Lambda does not have", cacl_event::clean::clean(&path))))
    }
}

/// The highest `GLIBC_x.y` among the symbol versions needed; `None` if statically linked.
fn newest_glibc(header: &Header, endian: Endianness, data: &[u8]) -> object::read::Result<Option<(u32, u32)>> {
    let sections = header.sections(endian, data)?;
    let Some((mut files, strings)) = sections.gnu_verneed(endian, data)? else { return Ok(None) };
    let strings = sections.strings(endian, data, strings)?;
    let mut newest = None;
    while let Some((_, mut versions)) = files.next()? {
        while let Some(version) = versions.next()? {
            newest = newest.max(glibc(version.name(endian, strings)?));
        }
    }
    Ok(newest)
}

/// `GLIBC_2.34` → `(2, 34)`; patch numbers do not matter, and other names are no versions of glibc.
fn glibc(name: &[u8]) -> Option<(u32, u32)> {
    let mut numbers = std::str::from_utf8(name).ok()?.strip_prefix("GLIBC_")?.split('.').map(str::parse);
    match (numbers.next()?, numbers.next()?) {
        (Ok(major), Ok(minor)) => Some((major, minor)),
        _ => None,
    }
}

/// What a file is that is no 64-bit ELF file.
fn kind(bytes: &[u8]) -> String {
    const MACH_O: [[u8; 4]; 4] =
        [[0xcf, 0xfa, 0xed, 0xfe], [0xce, 0xfa, 0xed, 0xfe], [0xfe, 0xed, 0xfa, 0xcf], [0xca, 0xfe, 0xba, 0xbe]];
    let what = match bytes {
        [] => "the file is empty",
        [b'#', b'!', ..] => "it is a script",
        [b'M', b'Z', ..] => "it is a Windows executable",
        [b'P', b'K', ..] => "it is a zip file; name the executable itself",
        [0x7f, b'E', b'L', b'F', 1, ..] => "it is a 32-bit executable",
        bytes if MACH_O.iter().any(|magic| bytes.starts_with(magic)) => "it is a macOS executable",
        _ => "it is no Linux executable",
    };
    what.to_owned()
}

fn unfit(why: &str) -> Error {
    Error::new(Reason::Artifact, "the subscriber does not run on Lambda")
        .because(why)
        .advise(format!("build it with: {BUILD}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_glibc_are_read_and_others_are_not() {
        assert_eq!(glibc(b"GLIBC_2.34"), Some((2, 34)));
        assert_eq!(glibc(b"GLIBC_2.2.5"), Some((2, 2)));
        assert!(glibc(b"GLIBC_2.4") < glibc(b"GLIBC_2.34"), "compared as numbers");
        for name in [&b"GCC_3.0"[..], b"GLIBC_PRIVATE", b"GLIBC_2", b"GLIBCXX_3.4", b"\xff"] {
            assert_eq!(glibc(name), None);
        }
    }
}
