use std::time::Duration;

use store::{FamilyId, Moment, Rotation, SecretHash, StoreError, UserId};

use crate::list;
use crate::people::key;
use crate::world::{Case, Outcome, World};

pub fn cases() -> Vec<Case> {
    list![
        a_refresh_token_is_replaced_by_the_next,
        a_token_used_twice_ends_the_family,
        of_many_parallel_refreshes_one_wins_and_the_family_ends,
        expired_ended_disabled_and_unknown_tokens_let_nobody_in,
        logout_everywhere_ends_every_login_of_one_person,
        logout_by_token_ends_its_family,
        a_ticket_lets_in_exactly_once,
        an_api_key_lets_in_until_it_is_revoked_or_runs_out,
        the_use_of_a_key_is_noted_once_a_minute,
        odd_scopes_are_refused,
    ]
}

fn hour_after(at: Moment) -> Moment {
    at.plus(Duration::from_hours(1))
}

async fn login(w: &World, owner: UserId, token: &str) -> anyhow::Result<FamilyId> {
    let now = w.now();
    Ok(w.store.sessions().open(owner, SecretHash::of(token), "browser", now, hour_after(now)).await?)
}

async fn rotate(w: &World, from: &str, to: &str) -> anyhow::Result<Rotation> {
    let now = w.now();
    Ok(w.store.sessions().rotate(SecretHash::of(from), SecretHash::of(to), now, hour_after(now)).await?)
}

async fn a_refresh_token_is_replaced_by_the_next(w: World) -> Outcome {
    let user = w.user("anna").await?;
    let family = login(&w, user.id, "t0").await?;
    for n in 0..5 {
        let rotated = rotate(&w, &format!("t{n}"), &format!("t{}", n + 1)).await?;
        assert_eq!(rotated, Rotation::Rotated { user: user.clone(), family });
    }
    let logins = w.store.sessions().list(user.id, w.now()).await?;
    assert_eq!(logins.len(), 1);
    assert!(logins[0].last_used_at > logins[0].created_at);
    Ok(())
}

async fn a_token_used_twice_ends_the_family(w: World) -> Outcome {
    let user = w.user("anna").await?;
    let family = login(&w, user.id, "t0").await?;
    let other = login(&w, user.id, "other").await?;
    rotate(&w, "t0", "t1").await?;
    assert_eq!(rotate(&w, "t0", "stolen").await?, Rotation::Reused { user: user.id, family });
    // Neither the thief nor the owner gets on; the owner's other login is not touched.
    assert_eq!(rotate(&w, "t1", "t2").await?, Rotation::Ended);
    assert_eq!(rotate(&w, "stolen", "t2").await?, Rotation::Unknown);
    assert!(!w.store.sessions().is_live(user.id, family, w.now()).await?);
    assert!(w.store.sessions().is_live(user.id, other, w.now()).await?);
    Ok(())
}

async fn of_many_parallel_refreshes_one_wins_and_the_family_ends(w: World) -> Outcome {
    let user = w.user("anna").await?;
    let family = login(&w, user.id, "t0").await?;
    let now = w.now();
    let tries = (0..8).map(|n| {
        let store = w.store.clone();
        let next = SecretHash::of(&format!("next{n}"));
        tokio::spawn(async move { store.sessions().rotate(SecretHash::of("t0"), next, now, hour_after(now)).await })
    });
    let mut won = 0;
    for outcome in futures_util::future::join_all(tries).await {
        match outcome?? {
            Rotation::Rotated { .. } => won += 1,
            Rotation::Reused { family: ended, .. } => assert_eq!(ended, family),
            other => anyhow::bail!("{other:?}"),
        }
    }
    assert_eq!(won, 1);
    assert!(!w.store.sessions().is_live(user.id, family, w.now()).await?);
    Ok(())
}

async fn expired_ended_disabled_and_unknown_tokens_let_nobody_in(w: World) -> Outcome {
    let user = w.user("anna").await?;
    let now = w.now();
    let sessions = w.store.sessions();
    sessions.open(user.id, SecretHash::of("old"), "x", now, now.plus(Duration::from_millis(1))).await?;
    assert_eq!(rotate(&w, "old", "new").await?, Rotation::Expired);

    let family = login(&w, user.id, "ended").await?;
    assert!(sessions.end(user.id, family, w.now()).await?);
    assert!(!sessions.end(user.id, family, w.now()).await?);
    assert_eq!(rotate(&w, "ended", "new").await?, Rotation::Ended);

    assert_eq!(rotate(&w, "never given", "new").await?, Rotation::Unknown);

    w.store.users().disable(user.id, w.now()).await?;
    login(&w, user.id, "while disabled").await?;
    assert_eq!(rotate(&w, "while disabled", "new").await?, Rotation::Disabled);
    Ok(())
}

async fn logout_everywhere_ends_every_login_of_one_person(w: World) -> Outcome {
    let (anna, boris) = (w.user("anna").await?.id, w.user("boris").await?.id);
    for n in 0..3 {
        login(&w, anna, &format!("a{n}")).await?;
    }
    login(&w, boris, "b").await?;
    assert_eq!(w.store.sessions().end_all(anna, w.now()).await?, 3);
    assert!(w.store.sessions().list(anna, w.now()).await?.is_empty());
    assert_eq!(w.store.sessions().list(boris, w.now()).await?.len(), 1);
    assert_eq!(rotate(&w, "a1", "x").await?, Rotation::Ended);
    Ok(())
}

async fn logout_by_token_ends_its_family(w: World) -> Outcome {
    let user = w.user("anna").await?;
    login(&w, user.id, "t0").await?;
    assert_eq!(w.store.sessions().end_by_token(SecretHash::of("t0"), w.now()).await?, Some(user.id));
    assert_eq!(w.store.sessions().end_by_token(SecretHash::of("unknown"), w.now()).await?, None);
    assert_eq!(rotate(&w, "t0", "t1").await?, Rotation::Ended);
    Ok(())
}

async fn a_ticket_lets_in_exactly_once(w: World) -> Outcome {
    let user = w.user("anna").await?;
    let now = w.now();
    let scopes = ["transcribe".to_owned()];
    w.store.sessions().issue_ticket(user.id, SecretHash::of("t"), &scopes, hour_after(now)).await?;
    let tries = (0..6).map(|_| {
        let store = w.store.clone();
        tokio::spawn(async move { store.sessions().redeem_ticket(SecretHash::of("t"), now).await })
    });
    let mut let_in = Vec::new();
    for outcome in futures_util::future::join_all(tries).await {
        let_in.extend(outcome??);
    }
    assert_eq!(let_in.len(), 1);
    assert_eq!((let_in[0].user.id, let_in[0].scopes.as_slice()), (user.id, &scopes[..]));

    w.store.sessions().issue_ticket(user.id, SecretHash::of("late"), &[], now).await?;
    assert_eq!(w.store.sessions().redeem_ticket(SecretHash::of("late"), now).await?, None);
    Ok(())
}

async fn an_api_key_lets_in_until_it_is_revoked_or_runs_out(w: World) -> Outcome {
    let user = w.user("anna").await?;
    let keys = w.store.api_keys();
    let made = keys.create(user.id, &key("secret"), w.now()).await?;
    let holder = keys.verify(SecretHash::of("secret"), w.now()).await?.expect("is good");
    assert_eq!((holder.user, holder.key.id, holder.key.scopes), (user.clone(), made.id, made.scopes.clone()));
    assert_eq!(keys.verify(SecretHash::of("Secret"), w.now()).await?, None);

    let ends = w.now();
    keys.create(user.id, &store::NewApiKey { expires_at: Some(ends), ..key("short") }, w.now()).await?;
    assert_eq!(keys.verify(SecretHash::of("short"), ends).await?, None);

    w.store.users().disable(user.id, w.now()).await?;
    assert_eq!(keys.verify(SecretHash::of("secret"), w.now()).await?, None);
    w.store.users().enable(user.id, w.now()).await?;

    assert!(keys.revoke(user.id, made.id, w.now()).await?);
    assert!(!keys.revoke(user.id, made.id, w.now()).await?);
    assert_eq!(keys.verify(SecretHash::of("secret"), w.now()).await?, None);
    assert_eq!(keys.list(user.id).await?.len(), 2);
    Ok(())
}

async fn the_use_of_a_key_is_noted_once_a_minute(w: World) -> Outcome {
    let user = w.user("anna").await?;
    w.store.api_keys().create(user.id, &key("secret"), w.now()).await?;
    let first = w.now();
    for (seconds, noted) in [(0, 0), (30, 0), (60, 60), (90, 60)] {
        let at = first.plus(Duration::from_secs(seconds));
        w.store.api_keys().verify(SecretHash::of("secret"), at).await?.expect("is good");
        let kept = w.store.api_keys().list(user.id).await?[0].last_used_at;
        assert_eq!(kept, Some(first.plus(Duration::from_secs(noted))), "after {seconds} s");
    }
    Ok(())
}

async fn odd_scopes_are_refused(w: World) -> Outcome {
    let user = w.user("anna").await?;
    for scope in ["", "two words", "перевод"] {
        let odd = store::NewApiKey { scopes: vec![scope.to_owned()], ..key("x") };
        let refused = w.store.api_keys().create(user.id, &odd, w.now()).await;
        assert!(matches!(refused, Err(StoreError::Invalid { .. })), "{scope}");
    }
    Ok(())
}
