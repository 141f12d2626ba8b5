"""What employees are promised for a hire: programmes, bonuses, corrections, appeals."""
