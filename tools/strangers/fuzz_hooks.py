# Every case is to be a new one: hypothesis would spend most of its time on making smaller what was accepted already.
from hypothesis.internal.conjecture.engine import ConjectureRunner

ConjectureRunner.pareto_optimise = lambda runner: None
