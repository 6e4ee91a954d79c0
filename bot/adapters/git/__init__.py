"""Git: mirrors of repositories, and repositories and folders on this machine."""
