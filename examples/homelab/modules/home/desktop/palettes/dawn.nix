{
  background = "#faf6ef";
  foreground = "#3b4252";
  accent = "#b5651d";
  muted = "#a39e93";
  red = "#b3323f";
  green = "#4f7a38";
}
