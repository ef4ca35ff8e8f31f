//! What a file is, from its first bytes. Pure. Names and declared types are not believed.

use super::FileProblem;

/// How many of the first bytes are looked at.
pub const LOOKED_AT: usize = 64;

/// Passes what may hold sound that can be read; says of everything else what it seems to be.
pub fn check(head: &[u8]) -> Result<(), FileProblem> {
    if head.is_empty() {
        return Err(FileProblem::Empty);
    }
    if let Some(what) = other_kind(head) {
        return Err(FileProblem::WrongKind { what });
    }
    if is_container(head) { Ok(()) } else { Err(FileProblem::UnknownKind) }
}

fn is_container(head: &[u8]) -> bool {
    let starts = |magic: &[u8]| head.starts_with(magic);
    let at = |from: usize, magic: &[u8]| head.get(from..).is_some_and(|rest| rest.starts_with(magic));
    let riff = (starts(b"RIFF") || starts(b"RF64")) && at(8, b"WAVE");
    let aiff = starts(b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC"));
    let mp4 = [&b"ftyp"[..], b"moov", b"mdat", b"wide", b"free", b"skip"].iter().any(|kind| at(4, kind));
    let known = [&b"fLaC"[..], b"OggS", b"ID3", b"caff", &[0x1a, 0x45, 0xdf, 0xa3]].iter().any(|magic| starts(magic));
    riff || aiff || mp4 || known || is_mpeg_frame(head)
}

/// A frame of MPEG audio (layers 1 to 3) or of AAC in ADTS.
fn is_mpeg_frame(head: &[u8]) -> bool {
    let [first, second, third, ..] = *head else { return false };
    let synchronised = first == 0xff && second & 0xe0 == 0xe0;
    let reserved_version = second & 0x18 == 0x08;
    let adts = second & 0xf6 == 0xf0;
    // Neither a reserved bit rate nor a reserved sample rate.
    let plausible = adts || (third & 0xf0 != 0xf0 && third & 0x0c != 0x0c && second & 0x06 != 0);
    synchronised && !reserved_version && plausible
}

/// Things that people send by mistake, and sound that nobody here can read.
fn other_kind(head: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 16] = [
        (b"%PDF", "a PDF document"),
        (b"\x89PNG", "a PNG picture"),
        (b"\xff\xd8\xff", "a JPEG picture"),
        (b"GIF8", "a GIF picture"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"BZh", "a bzip2 archive"),
        (b"\xfd7zXZ", "an xz archive"),
        (b"7z\xbc\xaf", "a 7-Zip archive"),
        (b"Rar!", "a RAR archive"),
        (b"\x7fELF", "a program"),
        (b"MZ", "a program"),
        (b"#!AMR", "AMR sound"),
        (b"\x30\x26\xb2\x75", "Windows Media (WMA, WMV, ASF)"),
        (b"FLV", "Flash video"),
        (b"MThd", "a MIDI file"),
    ];
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"AVI ") {
        return Some("an AVI video");
    }
    let text = head.trim_ascii_start();
    if text.first() == Some(&b'<') || text.first() == Some(&b'{') {
        return Some("text (HTML, XML or JSON)");
    }
    KINDS.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_of_sound_pass() {
        for head in [
            &b"RIFF\x24\x00\x00\x00WAVEfmt "[..],
            b"fLaC\x00",
            b"OggS\x00",
            b"ID3\x04",
            b"\xff\xfb\x90\x64",
            b"\xff\xf1\x50\x80",
            b"\x00\x00\x00\x20ftypM4A ",
            b"\x1a\x45\xdf\xa3\x9f",
            b"caff\x00\x01",
            b"FORM\x00\x00\x00\x00AIFF",
        ] {
            assert_eq!(check(head), Ok(()), "{head:?}");
        }
    }

    #[test]
    fn what_is_no_sound_is_called_by_its_name() {
        assert_eq!(check(b""), Err(FileProblem::Empty));
        assert_eq!(check(b"some words"), Err(FileProblem::UnknownKind));
        for (head, name) in [(&b"%PDF-1.7"[..], "PDF"), (b" <html>", "HTML"), (b"\xff\xd8\xff\xe0", "JPEG")] {
            assert!(matches!(check(head), Err(FileProblem::WrongKind { what }) if what.contains(name)));
        }
    }

    #[test]
    fn no_short_beginning_is_looked_at_beyond_its_end() {
        for length in 0..LOOKED_AT {
            let _ = check(&vec![0xff; length]);
        }
    }
}
