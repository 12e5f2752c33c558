# Every case is to be a new one: hypothesis would spend most of its time on making cases that were accepted smaller or longer.
import hypothesis

hypothesis.target = lambda observation, label="": observation
