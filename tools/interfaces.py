# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's interface in the forms that code generators of other languages read: object-api*.xml and
syscall.xml, and .pbf files for bit fields. Everything is made from contract/sel4 (labels, numbers,
layouts) and the C stubs of user/sel4 (names, parameters and their types).

    files(top) -> {path below libsel4/include: text}
"""

import os
import re

HEAD = "<!-- SPDX-License-Identifier: BSD-2-Clause; made by install-kernel from the kernel's contract -->\n"
SMP = "CONFIG_ENABLE_SMP_SUPPORT"
# Parameters that a stub writes through a pointer.
OUT_POINTERS = {("seL4_TCB_ReadRegisters", "regs"), ("seL4_ARM_SMC_Call", "smc_response")}
# System calls that not every configuration has.
CONDITIONS = [
    (r"DebugPutChar|DebugDumpScheduler", "CONFIG_PRINTING"),
    (r"DebugRun", "CONFIG_DANGEROUS_CODE_INJECTION"),
    (r"Debug(SendIPI|GetThreadAffinity)", SMP),
    (r"Debug", "CONFIG_DEBUG_BUILD"),
    (r"Benchmark\w*Utilisation", "CONFIG_BENCHMARK_TRACK_UTILISATION"),
    (r"Benchmark", "CONFIG_ENABLE_BENCHMARKS"),
    (r"SetTLSBase", "CONFIG_SET_TLS_BASE_SELF"),
    (r"Reserved", "CONFIG_ARCH_X86"),
]


def read(top, path):
    """A header's text; how its columns are aligned does not matter."""
    with open(os.path.join(top, path), encoding="utf-8") as file:
        return re.sub(r"(?<=\S)[ \t]+", " ", file.read())


def defines(text):
    """Macros of one number each."""
    found = re.findall(r"^#define (\w+) \(?(-?(?:0x)?[0-9a-f]+)\)?(?:\s|$)", text, re.M)
    return {name: int(value, 0) for name, value in found}


def label_groups(top):
    """Names of the labels in their order, per file of the interface; with what a name depends on."""
    text = read(top, "contract/sel4/invocation.h").replace("\\\n", " ")
    smp, single = re.findall(r"^#define SEL4_INVOCATIONS_\w+\(X\) X\((\w+),[^\n]*\n(?=#else|#endif)", text, re.M)
    affinity = re.search(r"^#define SEL4_INVOCATIONS_TCB_SMP\(X\) X\((\w+),", text, re.M).group(1)
    groups = {}
    for group in ("GENERIC", "AARCH64", "ARM"):
        body = re.search(rf"^#define SEL4_INVOCATIONS_{group}\(X\)(.*)$", text, re.M).group(1)
        body = body.replace("SEL4_INVOCATIONS_TCB_SMP(X)", f"X({affinity},)")
        body = body.replace("SEL4_INVOCATIONS_IRQ_CORES(X)", f"X({smp},) X({single},)")
        groups[group] = re.findall(r"X\((\w+),", body)
    return groups, {affinity: "smp", smp: "smp", single: "single"}


def results(text, function):
    """Members of the structure that a stub returns, without the error."""
    body = re.search(rf"^struct {function} \{{\n(.*?)^\}};", text, re.M | re.S)
    return re.findall(r"(\w+) (\w+);", body.group(1))[1:] if body else []


def stubs(top):
    """Per label: interface, method, [(direction, type, name)]."""
    text = read(top, "user/sel4/include/interfaces/sel4_client.h")
    found = {}
    for function, arguments, body in re.findall(
            r"^LIBSEL4_INLINE \w+ (seL4_\w+)\((.*?)\)\n\{\n(.*?)^\}", text, re.M | re.S):
        label = re.search(r"libsel4_invoke4?\(_service, (\w+),", body).group(1)
        fields = [a.split() for a in re.sub(r"\s+", " ", arguments).split(", ")]
        interface = fields[0][0]
        parameters = []
        for kind, name in fields[1:]:
            out = (function, name.lstrip("*")) in OUT_POINTERS
            parameters.append(("out" if out else "in", kind, name.lstrip("*")))
        parameters += [("out", kind, name) for kind, name in results(text, function)]
        found[label] = (interface, function[len(interface) + 1:], parameters)
    return found


def structures(top):
    """Structures that stubs take, as XML."""
    text = ""
    for name, body in re.findall(r"^typedef struct (\w+)_ \{\n(.*?)^\}", read(top, "user/sel4/include/sel4/types.h"),
                                 re.M | re.S):
        members = re.findall(r"\b(?!seL4_Word\b)(\w+)\b", body)
        text += f'    <struct name="{name}">\n'
        text += "".join(f'        <member name="{member}"/>\n' for member in members) + "    </struct>\n"
    return text


def condition(var, negate=False):
    inner = f'<config var="{var}"/>'
    return f"<condition>{f'<not>{inner}</not>' if negate else inner}</condition>"


def object_api(labels, depends, found, extra=""):
    text = HEAD + '<api name="ObjectApi" label_prefix="">\n' + extra
    previous = None
    for label in labels:
        interface, method, parameters = found[label]
        if interface != previous:
            text += ("    </interface>\n" if previous else "") + f'    <interface name="{interface}">\n'
            previous = interface
        text += f'        <method id="{label}" name="{method}">\n'
        if label in depends:
            text += f"            {condition(SMP, depends[label] == 'single')}\n"
        text += "".join(f'            <param dir="{direction}" name="{name}" type="{kind}"/>\n'
                        for direction, kind, name in parameters)
        text += "        </method>\n"
    return text + "    </interface>\n</api>\n"


def syscall_names(top):
    """Names by number, -1 first; numbers that nobody here has get a name of their own."""
    numbers = {value: name for name, value in defines(read(top, "contract/sel4/syscall.h")).items()
               if name.startswith("SEL4_SYS_") and value < 0}
    spelled = dict((macro, name) for name, macro in re.findall(
        r"seL4_Sys(\w+) = (SEL4_SYS_\w+)", read(top, "user/sel4/include/sel4/syscall.h")))
    names = []
    for number in range(-1, min(numbers) - 1, -1):
        macro = numbers.get(number, "")
        camel = "".join(part.capitalize() for part in macro[len("SEL4_SYS_"):].split("_"))
        names.append(spelled.get(macro, camel) if macro else f"Reserved{-number}")
    return names


def syscall_api(top):
    names = syscall_names(top)
    first_debug = names.index("DebugPutChar")
    text = HEAD + "<syscalls>\n    <api-master>\n        <config>\n"
    text += "".join(f'            <syscall name="{name}"/>\n' for name in names[:first_debug])
    text += "        </config>\n    </api-master>\n    <api-mcs/>\n    <debug>\n"
    for name in names[first_debug:]:
        var = next(value for pattern, value in CONDITIONS if re.match(pattern, name))
        text += f'        <config>\n            {condition(var)}\n            <syscall name="{name}"/>\n'
        text += "        </config>\n"
    return text + "    </debug>\n</syscalls>\n"


def block(name, fields, bits=64):
    """Fields are (name, width) from the highest bit down; what is left above them is padding."""
    left = bits - sum(width for _, width in fields)
    rows = ([f"    padding {left}"] if left else []) + [f"    field {field} {width}" for field, width in fields]
    return f"block {name} {{\n" + "\n".join(rows) + "\n}\n\n"


def fields_of(text, kind):
    """Fields of a one-word structure of shared_types_gen.h, from the highest bit down."""
    numbers = defines(text[1])
    found = []
    for field, shift, mask in re.findall(rf"LIBSEL4_FIELD\({kind}, (\w+),\s*(\w+),\s*(\w+)\)", text[0]):
        value = [numbers.get(v) if v in numbers else int(v.rstrip("u"), 0) for v in (shift, mask)]
        found.append((value[0], field, value[1].bit_length()))
    return [(field, width) for _, field, width in sorted(found, reverse=True)]


def shared_types(top):
    text = (read(top, "user/sel4/include/sel4/shared_types_gen.h"), read(top, "contract/sel4/message.h"))
    return "base 64\n\n" + "".join(
        block(kind, fields_of(text, kind)) for kind in ("seL4_MessageInfo", "seL4_CapRights", "seL4_CNode_CapData"))


def fault_types(top):
    """A fault as one word of type and the message words behind it. (The format knows no comments.)"""
    text = read(top, "user/sel4/include/sel4/faults.h")
    tags = re.findall(r"(?m)^LIBSEL4_FAULT_TEST\((\w+)\)", text)
    numbers = defines(read(top, "contract/sel4/fault.h"))
    bits = 64 * (1 + numbers["SEL4_UNKNOWN_SYSCALL_LENGTH"])
    values = dict(re.findall(r"seL4_Fault_(\w+) = (\w+)", read(top, "user/sel4/include/sel4/shared_types.h")))
    blocks, union = "", "tagged_union seL4_Fault seL4_FaultType {\n"
    for tag in tags:
        words = re.findall(rf"LIBSEL4_FAULT_FIELD\({tag}, (\w+),", text)
        fields = [(word, 64) for word in words]
        left = bits - 64 * (len(fields) + 1)
        blocks += f"block {tag} {{\n" + (f"    padding {left}\n" if left else "")
        blocks += "".join(f"    field {name} {width}\n" for name, width in fields)
        blocks += "    padding 60\n    field seL4_FaultType 4\n}\n\n"
        union += f"    tag {tag} {numbers[values[tag]]}\n"
    return "base 64\n\n" + blocks + union + "}\n"


def files(top):
    groups, depends = label_groups(top)
    found = stubs(top)
    missing = [name for group in groups.values() for name in group if name not in found]
    if missing:
        raise ValueError(f"no stub for {', '.join(missing)}")
    return {
        "interfaces/object-api.xml": object_api(groups["GENERIC"], depends, found),
        "interfaces/object-api-sel4-arch.xml": object_api(groups["AARCH64"], depends, found, structures(top)),
        "interfaces/object-api-arch.xml": object_api(groups["ARM"], depends, found),
        "api/syscall.xml": syscall_api(top),
        "sel4/shared_types.pbf": shared_types(top),
        "sel4/sel4_arch/types.pbf": fault_types(top),
    }
