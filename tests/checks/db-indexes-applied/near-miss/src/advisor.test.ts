it("suggests", () => {
  expect(advise("elo")).toBe("CREATE INDEX idx_elo ON players (elo, nick)");
});
