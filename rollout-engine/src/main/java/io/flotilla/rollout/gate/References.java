package io.flotilla.rollout.gate;

import io.flotilla.rollout.gate.Unit.Change;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Chooses the devices beside a unit: those most like it, so that what hits them hits it as well.
 */
public final class References {
  private References() {}

  /**
   * Chooses by the number of labels that are equal, ties by id.
   *
   * @param labels of the device under test
   * @param free changes that stand beside no unit yet
   * @return at most {@value Unit#MAX_REFERENCES}, most alike first
   */
  public static List<Candidate> choose(Map<String, String> labels, List<Candidate> free) {
    List<Candidate> sorted = new ArrayList<>(free);
    sorted.sort(
        Comparator.comparingLong((Candidate candidate) -> -alike(labels, candidate.labels()))
            .thenComparing(Candidate::device));
    return List.copyOf(sorted.subList(0, Math.min(Unit.MAX_REFERENCES, sorted.size())));
  }

  private static long alike(Map<String, String> one, Map<String, String> other) {
    return one.entrySet().stream()
        .filter(label -> label.getValue().equals(other.get(label.getKey())))
        .count();
  }

  /**
   * A device that may stand beside one.
   *
   * @param device its id
   * @param labels its labels
   * @param change how it changed
   */
  public record Candidate(String device, Map<String, String> labels, Change change) {
    /** Copies the labels. */
    public Candidate {
      labels = Map.copyOf(labels);
    }
  }
}
