//! Makes the stems of the history again after the stemming changed (see `search::words::STEMS_VERSION`).

use sea_orm::sea_query::{Alias, Expr, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::connection::Store;
use crate::entity::recordings::transcripts;
use crate::entity::work::facts;
use crate::error::Result;
use crate::search::{STEMS_VERSION, stems_of};

const FACT: &str = "stems_version";

/// Rows per transaction.
const CHUNK: u64 = 500;

/// Does nothing where the stems are of this version. Interrupted, it starts again the next time.
pub(crate) async fn bring_up_to_date(store: &Store) -> Result<()> {
    let current = STEMS_VERSION.to_string();
    let kept = facts::Entity::find_by_id(FACT).one(store.reader()).await?;
    if kept.is_some_and(|fact| fact.value == current) {
        return Ok(());
    }
    let mut after = i64::MIN;
    while let Some(last) = rewrite_some(store, after).await? {
        after = last;
    }
    let fact = facts::Model { name: FACT.to_owned(), value: current };
    facts::Entity::insert(fact.into_active_model().reset_all())
        .on_conflict(OnConflict::column(facts::Column::Name).update_column(facts::Column::Value).to_owned())
        .exec_without_returning(store.writer())
        .await?;
    Ok(())
}

/// The next rows after this id; the last id that was done.
async fn rewrite_some(store: &Store, after: i64) -> Result<Option<i64>> {
    let tx = store.begin().await?;
    let rows = transcripts::Entity::find()
        .filter(transcripts::Column::Id.gt(after))
        .order_by_asc(transcripts::Column::Id)
        .limit(CHUNK)
        .all(&tx)
        .await?;
    for row in &rows {
        transcripts::Entity::update_many()
            .col_expr(Alias::new("stems"), Expr::value(stems_for(&row.text, &row.raw_text)))
            .filter(transcripts::Column::Id.eq(row.id))
            .exec(&tx)
            .await?;
    }
    tx.commit().await?;
    Ok(rows.last().map(|row| row.id))
}

/// What is searched of a transcript: both of its texts.
pub(crate) fn stems_for(text: &str, raw_text: &str) -> String {
    if text == raw_text { stems_of(&[text]) } else { stems_of(&[text, raw_text]) }
}
