"""Pictures for reports and pages: SVG that can be read without its colours, and aloud."""
