{
  system = "aarch64-darwin";
}
