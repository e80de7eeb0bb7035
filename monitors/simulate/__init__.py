"""`xunjian simulate`: accounts whose every act is known, looked at through the real path while things go wrong."""
