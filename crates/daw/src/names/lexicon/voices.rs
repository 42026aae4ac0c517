//! Voices that sing and voices that speak.

use super::{
    Section,
    Sense::{Double, Lead, Role, Voice},
    Strength::*,
};
use stemwright_core::Role::{BackingVocals, Dialogue, LeadVocals, Vocals};

pub(super) const WORDS: &[Section] = &[
    (
        Voice,
        Strong,
        "vox vx vocal vocals voc vocs vcl+lead voice voices singer sing singing vocal+comp vox+comp vocalist",
    ),
    (
        Voice,
        Fair,
        "rap rapper mc vrs+vox toasting breath breaths scream screams growl growls shout whisper whispers falsetto topline",
    ),
    (Voice, Hint, "harsh hook verse vrs chorus+vox bridge refrain"),
    (
        Role(LeadVocals),
        Strong,
        "lv ldv ldvox ld+vox lead+vox vox+lead lead+vocal vocal+lead lead+voc main+vox main+vocal ledvox ldvx lvox lead+vx \
         soloist lead+singer lead+voice",
    ),
    (
        Role(BackingVocals),
        Strong,
        "bgv bgvs bgvox bg+vox bg+vocal bgvoc bv bvox bvx back+vox backing+vox back+voc backing+voc backing+vocal \
         background+vocal background+vox bkg+vox bkgvox bkvox bkv backup+vox backing backup gang gang+vox gang+vocal crowd+vox \
         adlib ad+lib ad+libs adlibs harmony harmonies harmonie vocal+harmony hrm harms vox+harm ooh oohs aah aahs ahh ahhs \
         oos aahs+oohs hum hums humming tenor+vocal tenor+vox alto+vocal high+harmony low+harmony choir chorale group+vox stack+vox vox+stack ensemble+vox ensemble+vocal group+vocal unison+vox",
    ),
    (
        Role(BackingVocals),
        Fair,
        "cho harm harm+3rd harm+5th harmo stack stacks bgs whoa whoas hey heys la+la doo+wop chant chants responses",
    ),
    (
        Role(Vocals),
        Strong,
        "vocal+chop vox+chop vocal+chops vocals+chopped vocoder talkbox talk+box vocal+sample vox+sample acapella+chop",
    ),
    (Role(Vocals), Fair, "soprano soprani sop mezzo alto altos alti tenor tenors tenori baritone bariton chop"),
    (Role(Vocals), Hint, "ten"),
    (Lead, Hint, "lead ld main principal prin solista główny"),
    (Double, Hint, "dbl dub double doubles doubler dbltrk"),
    // Spanish, Portuguese, Italian, French, German
    (
        Voice,
        Strong,
        "voz voces vozes voce voci voix chant+lead gesang stimme stimmen sänger sängerin wokal śpiew chanteur",
    ),
    (
        Role(LeadVocals),
        Strong,
        "voz+principal voz+líder voce+principale voix+principale voix+lead leadgesang hauptstimme hauptgesang chant+principal",
    ),
    (
        Role(BackingVocals),
        Strong,
        "coro coros backing+vocals segunda+voz segundas+voces voces+coro corista coristas gritos cori chœur chœurs choeur choeurs \
         chor chöre hintergrundgesang backgroundgesang zweitstimme chórki chór",
    ),
    // Japanese, Chinese, Korean, Russian
    (Voice, Strong, "ボーカル ヴォーカル 歌 唄 人声 人聲 演唱 보컬 노래 вокал голос"),
    (
        Role(LeadVocals),
        Strong,
        "メインボーカル リードボーカル 主唱 主旋律人声 메인보컬 리드보컬 лид+вокал соло+вокал основнои+вокал",
    ),
    (
        Role(BackingVocals),
        Strong,
        "コーラス ハモリ ハモ ガヤ バックコーラス 合唱 和声 和聲 伴唱 合声 코러스 화음 백보컬 бэк бэки бек беки бэк+вокал бек+вокал подпевка хор",
    ),
    (Lead, Hint, "メイン リード 메인 리드 лид 主"),
    (
        Role(Dialogue),
        Strong,
        "host cohost co+host guest narrator narration narr vo voiceover voice+over dialogue dialog dialogs dx dia adr interview \
         interviewer interviewee presenter anchor lav lavalier lapel boom+mic boom speech ad+read ad+break ad+spot speaker+voice announcer \
         moderator production+sound podcast",
    ),
    (
        Role(Dialogue),
        Fair,
        "pastor preacher wild+lines talk talking speaker spk panelist reporter caller zoom lapel+1 walla",
    ),
    (
        Role(Dialogue),
        Strong,
        "locutor locutora narrador narradora entrevista diálogo diálogos invitado locução narração convidado dialoghi narratore \
         intervista dialogues narrateur animateur invité entretien sprecher sprecherin erzähler erzählerin moderatorin gast ansage ansager lektor \
         dialoge セリフ ナレーション 台詞 旁白 对白 對白 主持人 嘉宾 내레이션 대사 диктор ведущий гость диалог диалоги",
    ),
];
