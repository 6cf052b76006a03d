/**
 * Content between hosts: what the nymph of the same process calls, and the verticle that listens.
 * Wires the parts; never decides what a container does or where it runs.
 */
package io.nereid.transfer;
