//! Effects, ambience, whole music, printed returns; guides and references; and words that say nothing of the role.

use super::{
    Section,
    Sense::{Guide, Plain, Reference, Return, Role, Room},
    Strength::*,
};
use stemwright_core::Role::{Ambience, Effects, Music};

pub(super) const WORDS: &[Section] = &[
    (
        Role(Effects),
        Strong,
        "sfx foley riser uplifter downlifter down+lifter up+lifter whoosh woosh swoosh white+noise noise+sweep sweep \
         braam reverse+cymbal rev+cymbal rev+crash reverse+crash crash+rev noise+riser sub+boom downer transition vinyl+crackle sound+effect sound+effects spot+fx spotfx hard+fx laser explosion efectos efeitos \
         effetti effets bruitages bruitage geräusch geräusche effekte 効果音 音效 特效 효과음 эффект эффекты шумы фоли",
    ),
    (
        Role(Effects),
        Fair,
        "fx efx effect effects impact rise fall drop+fx stinger siren zap boom+fx noise sting swell riser+fx lifter hit+fx sub+drop reverse rev+cym footsteps",
    ),
    (Role(Effects), Hint, "echo hit hits steps doors door glitch+fx vinyl build scatter"),
    (
        Role(Ambience),
        Strong,
        "amb ambience ambiance ambient atmos atmo atmosphere atmospheres room+tone roomtone crowd congregation audience applause wildtrack \
         wild+track soundscape ambiente ambientes público ambienti pubblico ambiances foule publikum raumton 環境音 环境音 氛围 \
         歓声 앰비언스 атмосфера атмос эмбиент публика",
    ),
    (
        Role(Ambience),
        Fair,
        "texture textures drone drones traffic birds rain wind+fx forest nature ocean bgs+amb field+recording tape+hiss hiss",
    ),
    (Role(Ambience), Hint, "bg background ab haupt hauptmikrofon hauptmikrofone ortf blumlein"),
    (
        Role(Music),
        Fair,
        "music underscore mx music+bed bed score intro+music outro+music orchestra orch orch+hits orch+hit full+orchestra tutti decca tree \
         decca+tree outrigger outriggers track+music música musique musica musik band 音楽 伴奏 オーケストラ 管弦乐 오케스트라 \
         음악 музыка оркестр jingle playback",
    ),
    (Room, Fair, "room rooms sala saal stanza salle rm room+mic room+mics far+room raum ルーム"),
    (
        Return,
        Fair,
        "verb reverb rvb rev plate hall spring chamber delay dly delays throw throws delay+throw delay+throws slap slapback \
         return rtn fx+return aux+return リバーブ ディレイ 混响 混響 延迟 리버브 딜레이 ревер реверб реверберация дилэй дилей hallfahne \
         reverberación riverbero réverbe",
    ),
    (
        Guide,
        Strong,
        "click clk click+track metronome metro cue cues count countin count+in count+off talkback guide pilot pilot+vox tempo+track camera+scratch cam+scratch camera+audio scratch+track guide+vox guide+vocal \
         guide+gtr scratch+vox scratch+vocal scratch+gtr scratch+guitar slate smpte ltc timecode tone+1k md+cue claqueta metrónomo \
         guía voz+guía voz+guia voix+témoin témoin voce+guida guida 仮歌 metronomo metrônomo métronome klick metronom クリック カウント ガイド 节拍器 節拍器 메트로놈 클릭 \
         метроном клик",
    ),
    (
        Reference,
        Strong,
        "2mix 2trk 2track 2+mix two+track mixdown mix+down rough+mix roughmix ruff+mix full+mix final+mix stereo+mix main+mix \
         premaster pre+master print+master mastered mstr tv+mix stereo+out main+out main+lr board+mix desk+mix lr+mix ref+mix mix+ref premix mono+mix pb+mix demo+mix mne mande printmaster print+master mezcla+final 2ミックス ツーミックス",
    ),
    (
        Reference,
        Fair,
        "mix master mst print bounce ref reference instrumental inst acapella acappella a+capella rough mezcla mezclas mistura mixagem \
         missaggio mixage mischung ミックス マスター 混音 母带 母帶 믹스 마스터 микс мастер минус фонограмма 완곡",
    ),
    (
        Plain,
        Hint,
        "in out top bottom btm bot inside outside di line direct mic amp+mic comp tk take wet dry hi lo high low mid near far \
         close front back spot alt vs pre post intro outro drop pt part vol bus bip stem stems track tracks ch chan audio song \
         demo live new old left right lft rgt mono+bus st stereo leader worship warm bright soft hard big small punch dirty phat \
         twin section garage preset default patch init",
    ),
];
