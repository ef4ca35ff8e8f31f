//! Puts messages together that came in several frames.

use actix_http::ws::Item;
use actix_web::web::{Bytes, BytesMut};

/// A message that is whole.
#[derive(Debug, PartialEq, Eq)]
pub enum Whole {
    Text(String),
    Binary(Bytes),
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FragmentError {
    #[error("the message is longer than {limit} bytes")]
    TooLong { limit: usize },
    #[error("a text message is not UTF-8")]
    NotUtf8,
    #[error("a continuation came without a beginning, or a beginning inside a message")]
    OutOfOrder,
}

/// The message that is coming in, if one is.
#[derive(Debug)]
pub struct Fragments {
    limit: usize,
    open: Option<(Kind, BytesMut)>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Binary,
}

impl Fragments {
    pub fn new(limit: usize) -> Self {
        Self { limit, open: None }
    }

    /// Takes the next piece; the last one completes the message.
    pub fn take(&mut self, item: Item) -> Result<Option<Whole>, FragmentError> {
        match item {
            Item::FirstText(bytes) => self.begin(Kind::Text, &bytes),
            Item::FirstBinary(bytes) => self.begin(Kind::Binary, &bytes),
            Item::Continue(bytes) => self.go_on(&bytes).map(|()| None),
            Item::Last(bytes) => {
                self.go_on(&bytes)?;
                let (kind, bytes) = self.open.take().expect("it goes on");
                match kind {
                    Kind::Binary => Ok(Some(Whole::Binary(bytes.freeze()))),
                    Kind::Text => String::from_utf8(bytes.to_vec())
                        .map(|text| Some(Whole::Text(text)))
                        .map_err(|_| FragmentError::NotUtf8),
                }
            }
        }
    }

    fn begin(&mut self, kind: Kind, bytes: &[u8]) -> Result<Option<Whole>, FragmentError> {
        if self.open.is_some() {
            return Err(FragmentError::OutOfOrder);
        }
        self.open = Some((kind, BytesMut::new()));
        self.go_on(bytes).map(|()| None)
    }

    fn go_on(&mut self, bytes: &[u8]) -> Result<(), FragmentError> {
        let (_, open) = self.open.as_mut().ok_or(FragmentError::OutOfOrder)?;
        if open.len() + bytes.len() > self.limit {
            self.open = None;
            return Err(FragmentError::TooLong { limit: self.limit });
        }
        open.extend_from_slice(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &'static str) -> Bytes {
        Bytes::from_static(text.as_bytes())
    }

    #[test]
    fn pieces_become_one_message() {
        let mut fragments = Fragments::new(100);
        assert_eq!(fragments.take(Item::FirstText(bytes("один "))), Ok(None));
        assert_eq!(fragments.take(Item::Continue(bytes("два "))), Ok(None));
        assert_eq!(fragments.take(Item::Last(bytes("три"))), Ok(Some(Whole::Text("один два три".to_owned()))));
    }

    #[test]
    fn an_endless_message_is_refused_and_forgotten() {
        let mut fragments = Fragments::new(8);
        fragments.take(Item::FirstBinary(bytes("12345678"))).expect("it fits");
        assert_eq!(fragments.take(Item::Continue(bytes("9"))), Err(FragmentError::TooLong { limit: 8 }));
        assert_eq!(fragments.take(Item::Last(bytes("9"))), Err(FragmentError::OutOfOrder));
    }

    #[test]
    fn broken_text_is_named() {
        let mut fragments = Fragments::new(8);
        fragments.take(Item::FirstText(Bytes::from_static(&[0xff]))).expect("it may go on well");
        assert_eq!(fragments.take(Item::Last(bytes(""))), Err(FragmentError::NotUtf8));
    }
}
