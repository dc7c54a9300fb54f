"""The German texts, in modules of the same names as the English ones, with the same functions and constants.

What each text is for is said in the English module. Command lines are quoted in English, as they are typed. Inserted
names stand where they need neither an article nor a case; docs/languages.md has the glossary.
"""
