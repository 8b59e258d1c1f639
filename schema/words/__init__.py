"""The closed choices of the field, each with what it means: what enums of the schema say."""
