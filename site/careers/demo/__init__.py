"""A fictional company to try Entourage with. All of it is made by the code that real data takes."""
