export const ADVICE = [
  {
    title: "Slow leaderboard",
    suggestion: "CREATE INDEX idx_players_country ON players (country)",
  },
  { title: "Create index on players(elo) and measure again", suggestion: "" },
];
