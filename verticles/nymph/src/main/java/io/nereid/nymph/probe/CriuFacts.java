package io.nereid.nymph.probe;

import java.util.List;

/**
 * What is known of the CRIU here.
 *
 * @param version empty when it cannot even say that
 * @param trouble why containers cannot be moved with it; NONE when they can
 * @param features names of CRIU's features that work here, sorted
 * @param serviceProblem why its RPC does not work, empty when it does; a move does not need it
 */
record CriuFacts(
    String version, CriuTrouble trouble, List<String> features, String serviceProblem) {
  boolean works() {
    return trouble.equals(CriuTrouble.NONE);
  }
}
