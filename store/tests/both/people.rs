use std::time::Duration;

use store::{NewAudioFile, NewUser, Registration, SecretHash, Shelf, StoreError, UserRole};

use crate::list;
use crate::world::{Base, Case, Outcome, World, recording, utterance};

pub fn cases() -> Vec<Case> {
    let mut all = list![
        names_and_addresses_are_unique_in_any_case,
        a_user_is_found_by_name_or_address_in_any_case,
        odd_names_are_refused_with_a_reason,
        a_new_password_and_being_disabled_end_every_login,
        an_invite_lets_in_one_of_many,
        an_invite_that_ran_out_or_was_revoked_lets_nobody_in,
        the_local_user_is_made_once,
        users_are_paged_in_the_order_of_creation,
    ];
    all.extend(list![on &[Base::SqliteFile, Base::Postgres] => removing_a_user_removes_all_that_is_theirs]);
    all
}

fn new_user(name: &str, email: Option<&str>) -> NewUser {
    NewUser {
        name: name.to_owned(),
        email: email.map(str::to_owned),
        password_hash: Some("$argon2id$...".to_owned()),
        role: UserRole::Member,
    }
}

async fn names_and_addresses_are_unique_in_any_case(w: World) -> Outcome {
    let users = w.store.users();
    users.create(&new_user("Пётр", Some("petr@example.org")), w.now()).await?;
    let twice = users.create(&new_user("ПЕТР", None), w.now()).await;
    assert!(matches!(twice, Err(StoreError::Taken { what }) if what == "ПЕТР"));
    let same_address = users.create(&new_user("Павел", Some("Petr@Example.org")), w.now()).await;
    assert!(matches!(same_address, Err(StoreError::Taken { what }) if what == "Petr@Example.org"));
    assert_eq!(users.count().await?, 1);
    Ok(())
}

async fn a_user_is_found_by_name_or_address_in_any_case(w: World) -> Outcome {
    let made = w.store.users().create(&new_user("Anna B", Some("anna@example.org")), w.now()).await?;
    for login in ["anna  b", "ANNA B", "Anna@Example.ORG"] {
        let found = w.store.users().by_login(login).await?.expect(login);
        assert_eq!(found.user, made);
        assert_eq!(found.password_hash.as_deref(), Some("$argon2id$..."));
    }
    assert!(w.store.users().by_login("anna").await?.is_none());
    assert!(w.store.users().by_login("anna\0").await?.is_none());
    Ok(())
}

async fn odd_names_are_refused_with_a_reason(w: World) -> Outcome {
    for (name, email) in [("", None), ("a@b.c", None), ("a\nb", None), (&*"x".repeat(65), None), ("ok", Some("no at"))]
    {
        let refused = w.store.users().create(&new_user(name, email), w.now()).await;
        assert!(matches!(refused, Err(StoreError::Invalid { .. })), "{name:?} {email:?}");
    }
    Ok(())
}

async fn a_new_password_and_being_disabled_end_every_login(w: World) -> Outcome {
    let user = w.user("anna").await?;
    let later = w.now().plus(Duration::from_hours(1));
    for (at, change) in ["password", "disabled"].into_iter().enumerate() {
        let family = w.store.sessions().open(user.id, SecretHash::of(change), "browser", w.now(), later).await?;
        assert!(w.store.sessions().is_live(user.id, family, w.now()).await?);
        match at {
            0 => w.store.users().set_password(user.id, "$argon2id$new", w.now()).await?,
            _ => w.store.users().disable(user.id, w.now()).await?,
        }
        assert!(!w.store.sessions().is_live(user.id, family, w.now()).await?, "{change}");
    }
    assert!(w.store.users().get(user.id).await?.expect("is there").disabled_at.is_some());
    w.store.users().enable(user.id, w.now()).await?;
    assert_eq!(w.store.users().get(user.id).await?.expect("is there").disabled_at, None);
    Ok(())
}

async fn an_invite_lets_in_one_of_many(w: World) -> Outcome {
    let admin = w.user("admin").await?;
    let code = SecretHash::of("code");
    let later = w.now().plus(Duration::from_hours(1));
    w.store.invites().create(admin.id, code, UserRole::Admin, "for Anna", w.now(), later).await?;
    let tries = (0..5).map(|n| {
        let (store, now) = (w.store.clone(), w.now());
        tokio::spawn(async move { store.users().register(&new_user(&format!("u{n}"), None), code, now).await })
    });
    let mut registered = Vec::new();
    for outcome in futures_util::future::join_all(tries).await {
        match outcome?? {
            Registration::Registered(user) => registered.push(user),
            Registration::InviteRefused => {}
        }
    }
    assert_eq!(registered.len(), 1);
    assert_eq!(registered[0].role, UserRole::Admin);
    assert_eq!(w.store.users().count().await?, 2);
    let invite = &w.store.invites().list().await?[0];
    assert_eq!((invite.used_by, invite.created_by), (Some(registered[0].id), Some(admin.id)));
    Ok(())
}

async fn an_invite_that_ran_out_or_was_revoked_lets_nobody_in(w: World) -> Outcome {
    let admin = w.user("admin").await?;
    let soon = w.now();
    let later = w.now().plus(Duration::from_hours(1));
    w.store.invites().create(admin.id, SecretHash::of("a"), UserRole::Member, "", w.now(), soon).await?;
    let invite = w.store.invites().create(admin.id, SecretHash::of("b"), UserRole::Member, "", w.now(), later).await?;
    assert!(w.store.invites().revoke(invite.id, w.now()).await?);
    assert!(!w.store.invites().revoke(invite.id, w.now()).await?);
    for code in ["a", "b", "never given"] {
        let outcome = w.store.users().register(&new_user("x", None), SecretHash::of(code), w.now()).await?;
        assert_eq!(outcome, Registration::InviteRefused, "{code}");
    }
    assert_eq!(w.store.users().count().await?, 1);
    Ok(())
}

async fn the_local_user_is_made_once(w: World) -> Outcome {
    let first = w.store.users().ensure_local("local", w.now()).await?;
    let second = w.store.users().ensure_local("Local", w.now()).await?;
    assert_eq!(first, second);
    Ok(())
}

async fn users_are_paged_in_the_order_of_creation(w: World) -> Outcome {
    let mut made = Vec::new();
    for n in 0..7 {
        made.push(w.user(&format!("u{n}")).await?.id);
    }
    let mut seen = Vec::new();
    loop {
        let page = w.store.users().page(seen.last().copied(), 3).await?;
        if page.is_empty() {
            break;
        }
        seen.extend(page.into_iter().map(|user| user.id));
    }
    assert_eq!(seen, made);
    Ok(())
}

async fn removing_a_user_removes_all_that_is_theirs(w: World) -> Outcome {
    let (gone, stays) = (w.user("gone").await?.id, w.user("stays").await?.id);
    let later = w.now().plus(Duration::from_hours(1));
    for owner in [gone, stays] {
        let file = NewAudioFile { path: format!("{owner}.wav"), bytes: 10, key_id: None, expires_at: None };
        let audio = w.store.audio().keep(owner, &file, w.now()).await?;
        let mut said = utterance(owner, 1, "отчёт готов", w.now());
        said.audio = Some(audio);
        w.store.transcripts().record(&[said]).await?;
        w.store.settings().put(owner, &serde_json::json!({}), store::Expected::Any, w.now()).await?;
        w.store.dictionary().put(Shelf::Personal(owner), &[entry("Alfa")], w.now()).await?;
        w.store.snippets().put(Shelf::Personal(owner), &[snippet("sig")], w.now()).await?;
        let used = store::Consumption { audio_ms: 1, ..Default::default() };
        w.store.usage().add(owner, w.now().day(), used).await?;
        w.store.jobs().create(owner, &recording("phone", "r1", w.now()), w.now()).await?;
        w.store.sessions().open(owner, SecretHash::of(&owner.to_string()), "x", w.now(), later).await?;
        let ticket = SecretHash::of(&format!("t{owner}"));
        w.store.sessions().issue_ticket(owner, ticket, &[], later).await?;
        w.store.api_keys().create(owner, &key(&owner.to_string()), w.now()).await?;
    }
    let tables = [
        "users",
        "transcripts",
        "transcript_details",
        "settings",
        "dictionary",
        "snippets",
        "usage",
        "jobs",
        "token_families",
        "refresh_tokens",
        "tickets",
        "api_keys",
    ];
    for table in tables {
        assert_eq!(w.rows(table).await?, 2, "{table} before");
    }
    w.store.users().remove(gone, w.now()).await?;
    for table in tables {
        assert_eq!(w.rows(table).await?, 1, "{table} after");
    }
    if w.base == Base::SqliteFile {
        assert_eq!(w.rows("transcript_search").await?, 1);
    }
    assert_eq!(w.found(stays, "отчёты").await?, ["отчёт готов"]);
    let doomed = w.store.audio().doomed(10).await?;
    assert_eq!(doomed.iter().map(|file| file.path.clone()).collect::<Vec<_>>(), [format!("{gone}.wav")]);
    w.store.audio().forget(&[doomed[0].id]).await?;
    assert!(w.store.audio().doomed(10).await?.is_empty());
    assert!(matches!(w.store.users().remove(gone, w.now()).await, Err(StoreError::NotFound { .. })));
    // A token of theirs may still be going around: what they do now is refused, not a failure of ours.
    let late = w.store.settings().put(gone, &serde_json::json!({}), store::Expected::Any, w.now()).await;
    assert!(matches!(late, Err(StoreError::NotFound { .. })), "{late:?}");
    Ok(())
}

pub fn entry(term: &str) -> store::NewEntry {
    store::NewEntry { term: term.to_owned(), sounds_like: vec!["альфа".to_owned()], language: None }
}

pub fn snippet(phrase: &str) -> store::NewSnippet {
    store::NewSnippet { phrase: phrase.to_owned(), body: "С уважением".to_owned() }
}

pub fn key(secret: &str) -> store::NewApiKey {
    store::NewApiKey {
        name: "script".to_owned(),
        prefix: "av_12345678".to_owned(),
        hash: SecretHash::of(secret),
        scopes: vec!["transcribe".to_owned(), "history:read".to_owned()],
        expires_at: None,
    }
}
