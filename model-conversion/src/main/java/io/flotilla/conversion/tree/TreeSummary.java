package io.flotilla.conversion.tree;

import java.util.List;

/**
 * What was converted.
 *
 * @param source the kind of file that was read
 * @param trees how many trees it has
 * @param nodes how many nodes all trees have, leaves included
 * @param features how many columns the input has
 * @param classes names of the classes by their label from 0; empty for regressors
 * @param objective what the model was trained for, as its trainer names it
 * @param columns name of each column of the input, in order
 * @param notes what to know about the conversion, one sentence each
 */
public record TreeSummary(
    TreeSource source,
    int trees,
    int nodes,
    int features,
    List<String> classes,
    String objective,
    List<String> columns,
    List<String> notes) {
  /** Copies the lists. */
  public TreeSummary {
    classes = List.copyOf(classes);
    columns = List.copyOf(columns);
    notes = List.copyOf(notes);
  }
}
