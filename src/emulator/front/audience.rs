//! For whom an ID token is (<https://cloud.google.com/run/docs/configuring/custom-audiences>).

use super::names::Addresses;
use crate::{
    emulator::id_tokens::GCLOUD,
    model::{Principal, PrincipalKind},
    world::{Address, Settings},
};

/// Whether a function takes tokens of this audience: any of its addresses, an audience of its own to the letter, and
/// of a person also gcloud, whose tokens are for nobody in particular.
pub(super) fn is_taken(
    audience: &str,
    addresses: &Addresses,
    settings: Option<&Settings>,
    holder: &Principal,
) -> bool {
    let is_own =
        settings.is_some_and(|settings| settings.custom_audiences.iter().any(|custom| &**custom == audience));
    let is_gcloud = audience == GCLOUD && matches!(holder.kind(), PrincipalKind::User(_));
    is_own || is_gcloud || is_address(audience, addresses)
}

fn is_address(audience: &str, addresses: &Addresses) -> bool {
    let Some(audience) = Address::of_audience(audience) else { return false };
    let run = addresses.run.iter().map(|host| Address { host: host.clone(), path: String::new() });
    let functions = addresses.functions.iter();
    let functions = functions.map(|(host, name)| Address { host: host.clone(), path: format!("/{name}") });
    run.chain(functions).any(|own| own.takes(&audience))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_for_an_address_of_the_function_or_for_what_it_calls_itself() {
        let addresses = Addresses {
            run: vec!["pay-1001.europe-west1.run.app".to_owned(), "pay-x-ew.a.run.app".to_owned()],
            functions: [("europe-west1-shop-prod.cloudfunctions.net".to_owned(), "pay".to_owned())].into(),
        };
        let mut settings = Settings::plain();
        settings.custom_audiences = vec!["pay".into(), "https://pay.example.com/a".into()];
        let account = Principal::service_account("a@shop-prod.iam.gserviceaccount.com");
        let user = Principal::new("user:ana@example.com");
        let is_taken = |audience, holder| is_taken(audience, &addresses, Some(&settings), holder);
        for right in [
            "https://pay-1001.europe-west1.run.app",
            "https://pay-1001.europe-west1.run.app/",
            "https://PAY-x-ew.a.run.app/some/path?a=b",
            "https://europe-west1-shop-prod.cloudfunctions.net/pay",
            "https://europe-west1-shop-prod.cloudfunctions.net/pay/",
            "pay",
            "https://pay.example.com/a",
        ] {
            assert!(is_taken(right, &account), "{right}");
        }
        for wrong in [
            "",
            "http://pay-1001.europe-west1.run.app",
            "https://pay-1001.europe-west1.run.app:8443",
            "https://old---pay-x-ew.a.run.app",
            "pay-1001.europe-west1.run.app",
            "https://europe-west1-shop-prod.cloudfunctions.net",
            "https://europe-west1-shop-prod.cloudfunctions.net/ship",
            "https://europe-west1-shop-prod.cloudfunctions.net/pay/x",
            "Pay",
            "https://pay.example.com/a/",
            GCLOUD,
        ] {
            assert!(!is_taken(wrong, &account), "{wrong}");
        }
        assert!(is_taken(GCLOUD, &user) && !is_taken("ship", &user));
    }
}
