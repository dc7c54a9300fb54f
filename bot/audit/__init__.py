"""What was asked for and what came of it: proved, shown, exported, posted and pruned."""
