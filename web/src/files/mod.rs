//! Recordings in files: what they are ([`sniff`]), their sound as a stream ([`decode`], [`stream`]), whether their
//! channels are different people ([`channels`]), and their text as subtitles ([`subtitles`]).

pub mod channels;
pub mod decode;
pub mod problem;
pub mod sniff;
pub mod stream;
pub mod subtitles;

pub use channels::channels_differ;
pub use decode::{Layout, Limits};
pub use problem::FileProblem;
pub use stream::{SoundStream, open};
