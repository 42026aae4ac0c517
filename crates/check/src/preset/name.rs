//! Names of files: which fit, and which would.

use super::Must;
use super::judge::Miss;
use crate::{CheckReport, FileReport};
use stemwright_core::Quantity;

/// How the name of a file fails a limit.
pub(super) fn miss(must: &Must, file: &FileReport, report: &CheckReport) -> Option<Miss> {
    let whole = file.file.rsplit('/').next().unwrap_or_default();
    let (name, extension) = whole.rsplit_once('.').map_or((whole, ""), |(name, extension)| (name, extension));
    let with_extension =
        |name: &str| if extension.is_empty() { name.to_owned() } else { format!("{name}.{extension}") };
    match must {
        Must::Name { pattern, example, fit } => (!pattern.matches(name)).then(|| {
            let made = fit.as_ref().map(|fit| filled(fit, file, report)).filter(|made| pattern.matches(made));
            Miss {
                message: format!("is called `{whole}`, where a name like `{example}` is asked for"),
                fit: Some(format!("`{}`", with_extension(made.as_deref().unwrap_or(example)))),
                ..Miss::default()
            }
        }),
        Must::PlainName => {
            let plain = plain(name);
            (plain != name).then(|| Miss {
                message: format!(
                    "is called `{whole}`, which has more than letters of English, digits, `_`, `-` and `.`"
                ),
                fit: Some(format!("`{}`", with_extension(&plain))),
                ..Miss::default()
            })
        }
        Must::NameLength { at_most } => {
            let length = whole.chars().count();
            (length > *at_most).then(|| {
                let room = at_most.saturating_sub(length - name.chars().count());
                let short: String = name.chars().take(room).collect();
                Miss {
                    message: format!("has a name of {length} characters, where {at_most} at most are asked for"),
                    measured: Some(Quantity::new(length as f64, "characters")),
                    limit: Some(Quantity::new(*at_most as f64, "characters")),
                    fit: Some(format!("`{}`", with_extension(short.trim_end_matches(['_', '-', ' ', '.'])))),
                    ..Miss::default()
                }
            })
        }
        _ => None,
    }
}

/// A name made of `{title}`, `{stem}`, `{rate}` (in kHz) and `{bits}`.
fn filled(fit: &str, file: &FileReport, report: &CheckReport) -> String {
    let title = report.title.as_deref().map(joined).filter(|title| !title.is_empty());
    let (rate, bits) = file.format.as_ref().map_or((String::new(), String::new()), |format| {
        let bits = format.bits.map_or_else(String::new, |bits| bits.to_string());
        ((f64::from(format.rate.hz()) / 1000.0).to_string(), if format.float { bits + "f" } else { bits })
    });
    fit.replace("{title}", title.as_deref().unwrap_or("SongTitle"))
        .replace("{stem}", &joined(&file.name))
        .replace("{rate}", &rate)
        .replace("{bits}", &bits)
}

/// Words in one, each with a capital: `lead vox` → `LeadVox`.
fn joined(text: &str) -> String {
    let plain = plain(text);
    let words = plain.split(['_', '-', '.']).filter(|word| !word.is_empty());
    words.map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

/// A name of letters of English, digits, `_`, `-` and `.`.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for c in name.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' | '.' => plain.push(c),
            '&' | '+' => plain.push_str("And"),
            // An accent that stands for itself belongs to the letter before it.
            '\u{300}'..='\u{36f}' | '\'' | '’' => {}
            _ => plain.push_str(without_accent(c).unwrap_or("_")),
        }
    }
    if plain == name {
        return plain;
    }
    let mut short = String::new();
    for c in plain.chars() {
        if c != '_' || !short.ends_with('_') {
            short.push(c);
        }
    }
    let short = short.trim_matches('_');
    if short.is_empty() { "Name".to_owned() } else { short.to_owned() }
}

/// The letters of Latin scripts without their accents.
fn without_accent(c: char) -> Option<&'static str> {
    Some(match c {
        'à'..='ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'À'..='Ã' | 'Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'ä' | 'æ' => "ae",
        'Ä' | 'Æ' => "Ae",
        'ç' | 'ć' | 'č' | 'ĉ' | 'ċ' => "c",
        'Ç' | 'Ć' | 'Č' | 'Ĉ' | 'Ċ' => "C",
        'ď' | 'đ' | 'ð' => "d",
        'Ď' | 'Đ' | 'Ð' => "D",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'È'..='Ë' | 'Ē' | 'Ĕ' | 'Ė' | 'Ę' | 'Ě' => "E",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'Ĝ' | 'Ğ' | 'Ġ' | 'Ģ' => "G",
        'ì'..='ï' | 'ī' | 'į' | 'ı' => "i",
        'Ì'..='Ï' | 'Ī' | 'Į' | 'İ' => "I",
        'ł' | 'ĺ' | 'ľ' | 'ļ' => "l",
        'Ł' | 'Ĺ' | 'Ľ' | 'Ļ' => "L",
        'ñ' | 'ń' | 'ň' | 'ņ' => "n",
        'Ñ' | 'Ń' | 'Ň' | 'Ņ' => "N",
        'ò'..='õ' | 'ø' | 'ō' | 'ő' => "o",
        'Ò'..='Õ' | 'Ø' | 'Ō' | 'Ő' => "O",
        'ö' | 'œ' => "oe",
        'Ö' | 'Œ' => "Oe",
        'ŕ' | 'ř' => "r",
        'Ŕ' | 'Ř' => "R",
        'ś' | 'š' | 'ş' | 'ș' | 'ŝ' => "s",
        'Ś' | 'Š' | 'Ş' | 'Ș' | 'Ŝ' => "S",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'Ť' | 'Ţ' | 'Ț' => "T",
        'ù'..='û' | 'ū' | 'ů' | 'ű' | 'ų' => "u",
        'Ù'..='Û' | 'Ū' | 'Ů' | 'Ű' | 'Ų' => "U",
        'ü' => "ue",
        'Ü' => "Ue",
        'ý' | 'ÿ' => "y",
        'Ý' | 'Ÿ' => "Y",
        'ź' | 'ž' | 'ż' => "z",
        'Ź' | 'Ž' | 'Ż' => "Z",
        'þ' => "th",
        'Þ' => "Th",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_plain_and_plain_ones_stay() {
        for (name, wanted) in [
            ("01_Drums", "01_Drums"),
            ("__x__", "__x__"),
            ("Straße Nr. 5 (Löwe)", "Strasse_Nr._5_Loewe"),
            ("Cafe\u{301} & Thé", "Cafe_And_The"),
            ("声", "Name"),
            ("", ""),
        ] {
            assert_eq!(plain(name), wanted);
            assert_eq!(plain(&plain(name)), wanted);
        }
        assert_eq!(joined("lead vox (dry)"), "LeadVoxDry");
    }
}
