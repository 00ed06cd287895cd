//! Plain scalars that readers of YAML take differently: text to one, a number or a truth value to the other.

/// Whether some reader takes this unquoted text for something else than text. A number is only meant where
/// readers disagree about which: `0123` is 83 to YAML 1.1 and 123 to YAML 1.2.
pub(super) fn is_ambiguous(text: &str) -> bool {
    const WORDS: [&str; 10] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"];
    text.is_empty() || WORDS.iter().any(|word| word.eq_ignore_ascii_case(text)) || is_odd_number(text)
}

fn is_odd_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_signed = digits.len() != text.len();
    let all = |allowed: fn(char) -> bool| !digits.is_empty() && digits.chars().all(allowed);
    let starts_with_digit = digits.starts_with(|c: char| c.is_ascii_digit());
    let is_special = [".inf", ".nan"].iter().any(|special| special.eq_ignore_ascii_case(digits));
    if is_special {
        return true;
    }
    if !starts_with_digit && !digits.starts_with('.') {
        return false;
    }
    let based = ["0x", "0o", "0b"].iter().any(|base| digits.to_ascii_lowercase().starts_with(base));
    let leading_zero = digits.len() > 1 && digits.starts_with('0') && all(|c| c.is_ascii_digit() || c == '_');
    let grouped = digits.contains('_') && all(|c| c.is_ascii_digit() || c == '_' || c == '.');
    let sixties = digits.contains(':') && all(|c| c.is_ascii_digit() || c == ':' || c == '.');
    let is_float = digits.parse::<f64>().is_ok() && !all(|c| c.is_ascii_digit());
    based || leading_zero || grouped || sixties || is_float || (is_signed && all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_take_differently_is_ambiguous() {
        for text in [
            "off", "Off", "NO", "y", "true", "null", "~", "", "0123", "0x1F", "0o17", "1_000", "1:30", "1.5",
            "1e3", ".inf", "+5", "-3",
        ] {
            assert!(is_ambiguous(text), "{text}");
        }
    }

    #[test]
    fn names_numbers_and_addresses_are_not() {
        for text in
            ["shop-prod", "1041", "0", "europe-west1", "user:a@example.com", "2026-12-01", "e1", "offline"]
        {
            assert!(!is_ambiguous(text), "{text}");
        }
    }
}
