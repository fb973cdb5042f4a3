{
  background = "#1d2330";
  foreground = "#d7dce6";
  accent = "#e0a458";
  muted = "#5c6680";
  red = "#d95d67";
  green = "#8fb573";
}
