"""Two-factor authentication: enrollment, challenges, verification and trusted devices."""
