"""What the arm does in which stretch of an episode: proposed, edited by people, reviewed, compared."""
