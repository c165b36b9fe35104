"""News: feeds and the article pages behind them."""
