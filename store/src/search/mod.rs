//! Finding words in what was said: the same in both databases, because all that depends on language happens here.
//!
//! Text becomes stemmed words (`words`), the databases index those words and nothing else, a query becomes the same
//! kind of words (`query`), and what was found is ordered (`rank`) and shown with its hits marked (`highlight`).
//! Pure: no database in this folder.

mod highlight;
mod query;
mod rank;
mod words;

pub use highlight::{Piece, Snippet};
pub use query::SearchQuery;

pub(crate) use highlight::snippet;
pub(crate) use rank::score;
pub(crate) use words::{STEMS_VERSION, fold, stems_of};
