"""Modals and Home tabs: kept, shown, filled in, sent and answered."""
