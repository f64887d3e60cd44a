/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Macros for descriptions. VM_REF turns a macro argument into an instance: VM_REF(0) is vm0,
 * VM_REF(storage) is vm_storage. Reference: docs/reference/camkes.md.
 */
#ifndef PEERVISOR_CONFIGURATIONS_VM_H
#define PEERVISOR_CONFIGURATIONS_VM_H

#define VAR_STRINGIZE_TEXT(...) #__VA_ARGS__
#define VAR_STRINGIZE(...) VAR_STRINGIZE_TEXT(__VA_ARGS__)

/* A number is recognised because PV_NUMBER_<number> is a macro; then its expansion has a comma. */
#define PV_NUMBER_0 ~, vm0
#define PV_NUMBER_1 ~, vm1
#define PV_NUMBER_2 ~, vm2
#define PV_NUMBER_3 ~, vm3
#define PV_NUMBER_4 ~, vm4
#define PV_NUMBER_5 ~, vm5
#define PV_NUMBER_6 ~, vm6
#define PV_NUMBER_7 ~, vm7
#define PV_NUMBER_8 ~, vm8
#define PV_NUMBER_9 ~, vm9
#define PV_NUMBER_10 ~, vm10
#define PV_NUMBER_11 ~, vm11
#define PV_NUMBER_12 ~, vm12
#define PV_NUMBER_13 ~, vm13
#define PV_NUMBER_14 ~, vm14
#define PV_NUMBER_15 ~, vm15
#define PV_NUMBER_16 ~, vm16
#define PV_NUMBER_17 ~, vm17
#define PV_NUMBER_18 ~, vm18
#define PV_NUMBER_19 ~, vm19
#define PV_NUMBER_20 ~, vm20
#define PV_NUMBER_21 ~, vm21
#define PV_NUMBER_22 ~, vm22
#define PV_NUMBER_23 ~, vm23
#define PV_SECOND(first, second, ...) second
#define PV_PICK(...) PV_SECOND(__VA_ARGS__)
#define PV_REF(name) PV_PICK(PV_NUMBER_##name, vm_##name, ~)
#define VM_REF(name) PV_REF(name)

/* Inside `component X { }`: X is a VM. */
#define VM_INIT_DEF() control; provides PeervisorVM vm;

/* Inside `composition { }`. */
#define VM_GENERAL_COMPOSITION_DEF()
#define VM_COMPONENT_DEF(name) component VM VM_REF(name);
#define VM_COMPONENT_CONNECTIONS_DEF(name)
#define VM_COMPOSITION_DEF(name) VM_COMPONENT_DEF(name)

/* Inside `configuration { }`: every attribute has a default, so there is nothing to say. */
#define VM_GENERAL_CONFIGURATION_DEF()
#define VM_CONFIGURATION_DEF(name)

/* The console is always there and shared by all VMs. */
#define VM_VIRTUAL_SERIAL_COMPOSITION_DEF(...)
#define VM_VIRTUAL_SERIAL_GENERAL_CONFIGURATION_DEF()
#define VM_VIRTUAL_SERIAL_CONFIGURATION_DEF(...)

#endif
