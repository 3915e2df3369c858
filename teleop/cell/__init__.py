"""At the arm: peers, cameras, playout, referee vision, recorder."""
