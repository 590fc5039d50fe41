"""What a check imports; nothing else of this package is public.

``@audit`` declares, ``report`` reports, ``skip`` refuses; the records are what the subject and
fact parameters carry.
"""

from pytest_reconaudit.audit import audit, report, skip
from pytest_reconaudit.facts.ci.actions import TABLE_DATE as ACTIONS_TABLE_DATE
from pytest_reconaudit.facts.ci.actions import ActionFile, EndedAction, UsedAction
from pytest_reconaudit.facts.ci.ci_paths import MissingPath, WorkflowPaths
from pytest_reconaudit.facts.ci.duplicates import SharedIntent, TwinPair, WorkflowTwin
from pytest_reconaudit.facts.ci.gates import Gate, WorkflowGates
from pytest_reconaudit.facts.ci.npm_calls import NpmCall, NpmCalls
from pytest_reconaudit.facts.ci.reachability import DeadStep, JobReach
from pytest_reconaudit.facts.compose.compose_references import BrokenReference, FileReferences
from pytest_reconaudit.facts.compose.server_configs import MountedConfig
from pytest_reconaudit.facts.compose.stacks import Stack
from pytest_reconaudit.facts.db.applied_indexes import AppliedIndexes, ExtraIndexes, IndexSource
from pytest_reconaudit.facts.db.index_targets import IndexTargets
from pytest_reconaudit.facts.db.indexes import DeclaredIndex
from pytest_reconaudit.facts.db.migrations import (
    CommittedMigrations,
    MigrationRoot,
    MissingMigration,
)
from pytest_reconaudit.facts.docker.dockerfile_faults import Fault, dockerfile_faults
from pytest_reconaudit.facts.docker.images import BuildContext, Images, LostSource, final_stage
from pytest_reconaudit.facts.docker.toolchains import (
    ToolsShipped,
    is_development_name,
    tools_shipped,
)
from pytest_reconaudit.facts.env.env_pairs import EnvPair, MissingKey
from pytest_reconaudit.facts.env.frontends import FrontendApp, FrontendService, PublicValue
from pytest_reconaudit.facts.env.key_groups import KeyGroup, key_places
from pytest_reconaudit.facts.k8s.autoscalers import (
    Autoscaler,
    Deployment,
    DeploymentView,
    Rival,
    ScaleTarget,
    Scaling,
)
from pytest_reconaudit.facts.k8s.cluster import Dangling, ReferenceFile, Sighting
from pytest_reconaudit.facts.k8s.render_sets import RenderSet
from pytest_reconaudit.facts.k8s.workloads import Unexpanded, Workload
from pytest_reconaudit.facts.linters import Linted
from pytest_reconaudit.facts.problems import ConfigFile
from pytest_reconaudit.model import (
    Confidence,
    Finding,
    Note,
    Place,
    Problem,
    Severity,
    SkipReason,
    mask,
)
from pytest_reconaudit.readers.compose import ComposeFile, ComposeService
from pytest_reconaudit.readers.dockerfile import Dockerfile, Instruction, Stage
from pytest_reconaudit.readers.manifest import KubeObject
from pytest_reconaudit.readers.workflow import CompositeAction, Job, Step, Trigger, Workflow
from pytest_reconaudit.subjects import Nothing, Subject, fact, subject
from pytest_reconaudit.target import Target

__all__ = [
    "ACTIONS_TABLE_DATE",
    "ActionFile",
    "AppliedIndexes",
    "Autoscaler",
    "BrokenReference",
    "BuildContext",
    "CommittedMigrations",
    "ComposeFile",
    "ComposeService",
    "CompositeAction",
    "Confidence",
    "ConfigFile",
    "Dangling",
    "DeadStep",
    "DeclaredIndex",
    "Deployment",
    "DeploymentView",
    "Dockerfile",
    "EndedAction",
    "EnvPair",
    "ExtraIndexes",
    "Fault",
    "FileReferences",
    "Finding",
    "FrontendApp",
    "FrontendService",
    "Gate",
    "Images",
    "IndexSource",
    "IndexTargets",
    "Instruction",
    "Job",
    "JobReach",
    "KeyGroup",
    "KubeObject",
    "Linted",
    "LostSource",
    "MigrationRoot",
    "MissingKey",
    "MissingMigration",
    "MissingPath",
    "MountedConfig",
    "Note",
    "Nothing",
    "NpmCall",
    "NpmCalls",
    "Place",
    "Problem",
    "PublicValue",
    "ReferenceFile",
    "RenderSet",
    "Rival",
    "ScaleTarget",
    "Scaling",
    "Severity",
    "SharedIntent",
    "Sighting",
    "SkipReason",
    "Stack",
    "Stage",
    "Step",
    "Subject",
    "Target",
    "ToolsShipped",
    "Trigger",
    "TwinPair",
    "Unexpanded",
    "UsedAction",
    "Workflow",
    "WorkflowGates",
    "WorkflowPaths",
    "WorkflowTwin",
    "Workload",
    "audit",
    "dockerfile_faults",
    "fact",
    "final_stage",
    "is_development_name",
    "key_places",
    "mask",
    "report",
    "skip",
    "subject",
    "tools_shipped",
]
