//! Text: rules, guard, styles.
