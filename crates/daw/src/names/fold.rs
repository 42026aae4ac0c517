//! One spelling of a text: composed, of ordinary width; and folded for comparing: small base letters.
//!
//! File systems hand out decomposed names (HFS+), Japanese programs half and full width. Only the letters that names of
//! tracks are written with are known here; anything else passes through unchanged.

/// A combining mark, and pairs of a letter without and with it.
const MARKS: [(char, &str); 14] = [
    ('\u{300}', "aàeèiìoòuùnǹAÀEÈIÌOÒUÙ"),
    ('\u{301}', "aáeéiíoóuúyýcćnńsśzźAÁEÉIÍOÓUÚYÝCĆNŃSŚZŹ"),
    ('\u{302}', "aâeêiîoôuûAÂEÊIÎOÔUÛ"),
    ('\u{303}', "aãnñoõAÃNÑOÕ"),
    ('\u{306}', "ийИЙgğGĞaăAĂ"),
    ('\u{307}', "zżZŻ"),
    ('\u{308}', "aäeëiïoöuüyÿAÄEËIÏOÖUÜеёЕЁ"),
    ('\u{30a}', "aåuůAÅUŮ"),
    ('\u{30b}', "oőuűOŐUŰ"),
    ('\u{30c}', "cčsšzžrřeěnňdďCČSŠZŽRŘEĚNŇDĎ"),
    ('\u{327}', "cçsşCÇSŞ"),
    ('\u{328}', "aąeęAĄEĘ"),
    (
        '\u{3099}',
        "かがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼカガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボウヴ",
    ),
    ('\u{309a}', "はぱひぴふぷへぺほぽハパヒピフプヘペホポ"),
];

/// U+FF66 to U+FF9D at ordinary width.
const HALF_WIDTH: &str =
    "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

/// Composed, and full and half width made ordinary.
pub(super) fn compose(text: &str) -> String {
    let mut out: Vec<char> = Vec::with_capacity(text.len());
    for c in text.chars().map(ordinary_width) {
        let joined = out.last().and_then(|&last| with_mark(last, c).or_else(|| hangul(last, c)));
        match joined {
            Some(joined) => *out.last_mut().expect("there is a letter to join") = joined,
            None => out.push(c),
        }
    }
    out.into_iter().collect()
}

/// For comparing: composed, small, without accents of Latin and Cyrillic letters.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in compose(text).chars() {
        match c {
            '\u{300}'..='\u{36f}' => {}
            'ß' | 'ẞ' => out.push_str("ss"),
            'œ' | 'Œ' => out.push_str("oe"),
            'æ' | 'Æ' => out.push_str("ae"),
            'ø' | 'Ø' => out.push('o'),
            'ł' | 'Ł' => out.push('l'),
            c => out.extend(without_mark(c).to_lowercase()),
        }
    }
    out
}

fn ordinary_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{ff66}'..='\u{ff9d}' => HALF_WIDTH.chars().nth(c as usize - 0xff66).unwrap_or(c),
        '\u{ff9e}' => '\u{3099}',
        '\u{ff9f}' => '\u{309a}',
        c => c,
    }
}

fn pairs(row: &str) -> impl Iterator<Item = (char, char)> + '_ {
    row.chars().step_by(2).zip(row.chars().skip(1).step_by(2))
}

fn with_mark(letter: char, mark: char) -> Option<char> {
    let (_, row) = MARKS.iter().find(|(known, _)| *known == mark)?;
    pairs(row).find(|(plain, _)| *plain == letter).map(|(_, marked)| marked)
}

fn without_mark(c: char) -> char {
    if c.is_ascii() || c > '\u{4ff}' {
        return c; // A voiced kana is a letter of its own.
    }
    MARKS.iter().flat_map(|(_, row)| pairs(row)).find(|(_, marked)| *marked == c).map_or(c, |(plain, _)| plain)
}

/// Conjoining jamo to syllables (The Unicode Standard, section 3.12).
fn hangul(last: char, c: char) -> Option<char> {
    let (last, c) = (last as u32, c as u32);
    if (0x1100..0x1113).contains(&last) && (0x1161..0x1176).contains(&c) {
        return char::from_u32(0xac00 + ((last - 0x1100) * 21 + (c - 0x1161)) * 28);
    }
    let open = (0xac00..0xd7a4).contains(&last) && (last - 0xac00).is_multiple_of(28);
    (open && (0x11a8..0x11c3).contains(&c)).then(|| char::from_u32(last + c - 0x11a7)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_word_folds_to_one() {
        assert_eq!(compose("Cajo\u{301}n"), "Cajón");
        assert_eq!(compose("ﾄﾞﾗﾑ"), "ドラム");
        assert_eq!(compose("ＯＨ　Ｌ"), "OH L");
        assert_eq!(compose("\u{1103}\u{1173}\u{1105}\u{1165}\u{11b7}"), "드럼");
        assert_eq!(fold("Chœurs BLÄSER"), "choeurs blaser");
        assert_eq!(fold("ГИТАРНЫЙ"), "гитарныи");
    }
}
