"""The texts of the licences that a new project may have, by their SPDX names."""
