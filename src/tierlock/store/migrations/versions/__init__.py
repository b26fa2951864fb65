"""The revisions; a revision that was released is never changed."""
