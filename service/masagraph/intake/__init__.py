"""Intake: what comes in is either whole and safe, or refused in one clear line."""
