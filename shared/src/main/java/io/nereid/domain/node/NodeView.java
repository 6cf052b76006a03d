package io.nereid.domain.node;

/**
 * One host as the cluster sees it.
 *
 * @param present whether it is a member now
 * @param leader whether its coordinator leads
 * @param containers how many it owns
 */
public record NodeView(NodeInfo node, boolean present, boolean leader, int containers) {}
