//! What is in the folder and should not be.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use store::Store;

/// Files removed from the disk between two questions to the database.
const AT_ONCE: u32 = 200;

/// Removes from the disk what the store has given up; how many files that were.
pub async fn sweep(store: &Store, folder: &Path) -> store::Result<u64> {
    let mut removed = 0;
    loop {
        let doomed = store.audio().doomed(AT_ONCE).await?;
        let mut gone = Vec::with_capacity(doomed.len());
        for file in &doomed {
            match tokio::fs::remove_file(folder.join(&file.path)).await {
                Ok(()) => gone.push(file.id),
                Err(error) if error.kind() == io::ErrorKind::NotFound => gone.push(file.id),
                Err(error) => tracing::error!(%error, path = file.path, "kept sound cannot be removed"),
            }
        }
        removed += gone.len() as u64;
        store.audio().forget(&gone).await?;
        // Those that could not be removed stay doomed and are tried again another time.
        if gone.is_empty() || doomed.len() < AT_ONCE as usize {
            return Ok(removed);
        }
    }
}

/// Files that no row knows, left by a crash between writing and registering. Young ones may be about to be registered.
pub async fn orphans(store: &Store, folder: &Path, older_than: Duration) -> store::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let Ok(groups) = std::fs::read_dir(folder) else { return Ok(found) };
    for group in groups.flatten().filter(|entry| entry.path().is_dir()) {
        let Ok(files) = std::fs::read_dir(group.path()) else { continue };
        for entry in files.flatten() {
            let old = entry.metadata().and_then(|m| m.modified()).ok().and_then(|at| at.elapsed().ok());
            let path = entry.path();
            let Ok(relative) = path.strip_prefix(folder) else { continue };
            if old.is_some_and(|age| age > older_than) && !store.audio().knows(&relative.to_string_lossy()).await? {
                found.push(path);
            }
        }
    }
    Ok(found)
}
