//! The sections of the settings, one file each. A field with its documentation, default, unit and range is all that a
//! new key needs.

/// Declares a section: the struct, its keys for the documents, and how it is read.
///
/// `name: Type = default, unit "seconds", range 1..=60;` where the default is written as in TOML.
macro_rules! section {
    (
        $(#[doc = $section_doc:literal])*
        $section:ident $name:literal {
            $(
                $(#[doc = $doc:literal])*
                $field:ident : $type:ty = $default:tt $(, unit $unit:literal)? $(, range $range:expr)? ;
            )*
        }
    ) => {
        $(#[doc = $section_doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $section {
            $( $(#[doc = $doc])* pub $field: $type, )*
        }

        impl $section {
            pub(crate) const NAME: &'static str = $name;
            pub(crate) const DOCS: &'static [&'static str] = &[$($section_doc),*];

            pub(crate) fn keys() -> Vec<$crate::key::Key> {
                vec![$(
                    $crate::key::Key::new::<$type>(
                        $name,
                        stringify!($field),
                        &[$($doc),*],
                        stringify!($default),
                        [$($unit)?].into_iter().next(),
                        [$($crate::key::Limits::of($range))?].into_iter().next(),
                    ),
                )*]
            }

            pub(crate) fn read(reader: &mut $crate::reader::Reader<'_>) -> Self {
                Self { $( $field: reader.take(concat!($name, ".", stringify!($field))), )* }
            }
        }
    };
}

mod asr;
mod audio;
mod auth;
mod cache;
mod database;
mod limits;
mod llm;
mod logging;
mod models;
mod placement;
mod retention;
mod scheduling;
mod server;
mod supervision;
mod wyoming;

pub use asr::Asr;
pub use audio::Audio;
pub use auth::{Auth, Registration};
pub use cache::Cache;
pub use database::Database;
pub use limits::Limits;
pub use llm::Llm;
pub use logging::{LogFormat, LogRotation, Logging};
pub use models::Models;
pub use placement::{InstructionSet, MemoryAffinity, Placement};
pub use retention::Retention;
pub use scheduling::Scheduling;
pub use server::Server;
pub use supervision::Supervision;
pub use wyoming::Wyoming;

use crate::key::Key;

/// Name, documentation and keys of every section, in the order of the documents.
pub(crate) fn all() -> Vec<(&'static str, &'static [&'static str], Vec<Key>)> {
    macro_rules! list {
        ($($section:ident),*) => { vec![$( ($section::NAME, $section::DOCS, $section::keys()) ),*] };
    }
    list![
        Server,
        Logging,
        Asr,
        Llm,
        Audio,
        Scheduling,
        Supervision,
        Placement,
        Models,
        Database,
        Auth,
        Limits,
        Retention,
        Cache,
        Wyoming
    ]
}
